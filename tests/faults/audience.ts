import { type LiveConnection, overSse, overWebSocket } from '../support/live-connections.ts';
import { Follower, type FollowOptions, followByClient, followByConnections } from './followers.ts';
import { aliasedDocument, type LiveDocument, sameDocuments } from './live-documents.ts';
import { type Reader, readers } from './torture-readers.ts';

export interface Member {
  follower: Follower;
  follow(options: FollowOptions): Promise<void>;
}

function member(reader: Reader, how: string, connect: LiveConnection, document: LiveDocument): Member {
  const follower = new Follower(`${reader.name} over ${how}`, reader);
  return { follower, follow: async (options) => await followByConnections(follower, connect, document, options) };
}

function byOurClient(reader: Reader): Member {
  const follower = new Follower(`${reader.name} by our client`, reader);
  return { follower, follow: async (options) => await followByClient(follower, options) };
}

/** Who differs from the others of a class: in the transport, the document, or both. */
const differing: readonly ((reader: Reader) => Member)[] = [
  (reader) => member(reader, 'SSE', overSse, sameDocuments[0] as LiveDocument),
  byOurClient,
  (reader) => member(reader, 'WebSocket, aliased', overWebSocket, aliasedDocument),
];

/** Four of each class: three that ask for the same in other words, and one that differs. */
export function gatherAudience(): Member[] {
  return readers.flatMap((reader, number) => [
    ...sameDocuments.map((document, at) => member(reader, `WebSocket ${at + 1}`, overWebSocket, document)),
    (differing[number % differing.length] as (typeof differing)[number])(reader),
  ]);
}
