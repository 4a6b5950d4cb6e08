import type { CSSProperties } from 'react';
import type { ActivityLogClient, ActivityLogClientError, Token } from '../../client/client.ts';
import type { Role } from '../role.ts';
import type { Place, Step } from '../timeline/place.ts';

export type { Place, Role, Step };

/** Light, dark, or as the reader's system has it. */
export type Theme = 'light' | 'dark' | 'auto';

/** A client that is there already, or where the service is and what signs in there. */
export type TimelineSource =
  | {
      /** Of the service, signed in. It stays the caller's, who closes it. */
      client: ActivityLogClient;
      url?: never;
      token?: never;
    }
  | {
      client?: never;
      /** Of the service, for example `https://activity.example.com`. */
      url: string | URL;
      /**
       * A JWT, or a function that gives one: asked first of all, for every connection, and again where a token has ended,
       * which it is given then. What is on the screen stays until there is another one.
       */
      token: Token;
    };

export interface TimelineOptions {
  workspaceId: string;
  /** What is looked at, where the caller keeps it; together with `onPlaceChange`. */
  place?: Partial<Place> | undefined;
  /** What is looked at first, where the timeline keeps it by itself. */
  defaultPlace?: Partial<Place> | undefined;
  /** Called when another place is gone to: `push` is a step that one goes back from, `replace` is none. */
  onPlaceChange?: ((place: Place, step: Step) => void) | undefined;
  /** The address by which somebody else comes to a place; by default that of the service's own viewer. */
  hrefOf?: ((place: Place) => string) | undefined;
  /** What the reader may do in the workspace; the service is asked where it is not said. */
  role?: Role | undefined;
  /** BCP 47, for example `de-AT`: English, German or Arabic; by default as the browser asks for. */
  locale?: string | undefined;
  /** A name of the time zone database, for example `Europe/Berlin`; by default that of the browser. */
  timeZone?: string | undefined;
  /** `auto` by default. */
  theme?: Theme | undefined;
  /** Called with the global id of an entry whose details are opened. */
  onEntryOpen?: ((entryId: string) => void) | undefined;
  /** Called when there is no token that the service takes, with why. The timeline stays, and goes on with the next token. */
  onSignedOut?: ((reason: string) => void) | undefined;
  /** Called when entries cannot be loaded, or followed. The timeline says it, too. */
  onError?: ((error: ActivityLogClientError) => void) | undefined;
}

/** What a timeline is given as a React component. */
export type ActivityTimelineProps = TimelineSource &
  TimelineOptions & {
    /** Of the element around it, which has a height of its own or takes that of what it stands in. */
    className?: string | undefined;
    /** Of the same element: `{ '--al-accent': '#0a7' }` gives it another colour. */
    style?: (CSSProperties & { [token: `--al-${string}`]: string }) | undefined;
  };
