import type { ActivityLogClientError } from '../../client/client.ts';
import type { Say } from './localised.tsx';

/** Why something failed. What the service has to say of it is in English. */
export const failureIn = (say: Say, { code, message }: ActivityLogClientError): string =>
  code === 'UNAVAILABLE' ? say('failed.unavailable') : message;
