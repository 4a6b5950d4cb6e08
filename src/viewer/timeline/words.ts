import type { Activity } from '../../client/client.ts';
import type { Say } from '../words/localised.tsx';

/** A name out of code, for people: `publication.failed` becomes `Publication failed`. */
export function inWords(name: string): string {
  const words = name.toLowerCase().replace(/[._]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What happened, in one line. */
export const titleOf = ({ message, eventKey }: Activity): string => message ?? inWords(eventKey);

/** Who or what did it. Clients are not told which user. */
export const actorOf = ({ actorLabel, actorUserId, actorType }: Activity, say: Say): string =>
  actorLabel ?? actorUserId ?? say(`actor.${actorType}`);
