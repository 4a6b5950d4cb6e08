import { useEffect, useRef, useState } from 'react';
import { type ActivityLogClient, createActivityLogClient } from '../../client/client.ts';
import type { TimelineSource } from './activity-timeline-props.ts';
import { TokenGate } from './token-gate.ts';

export interface UsedClient {
  readonly client: ActivityLogClient;
  /** Where its tokens come from; undefined where the client is the caller's. */
  readonly gate: TokenGate | undefined;
}

/** The client of a timeline: that of the caller, or one of its own, which ends with it. Undefined before it is made. */
export function useClient({ client: given, url, token }: TimelineSource): UsedClient | undefined {
  const [used, setUsed] = useState<UsedClient>();
  const latest = useRef(token);
  latest.current = token;
  const address = url === undefined ? undefined : String(url);
  useEffect(() => {
    if (given !== undefined || address === undefined) {
      setUsed(given && { client: given, gate: undefined });
      return;
    }
    const gate = new TokenGate((refusal) => {
      const { current } = latest;
      if (current === undefined) throw new Error('There is no token.');
      return typeof current === 'string' ? current : current(refusal);
    });
    const client = createActivityLogClient({ url: address, token: gate.give });
    setUsed({ client, gate });
    return () => {
      setUsed(undefined);
      void client.close();
    };
  }, [given, address]);
  const gate = used?.gate;
  // A function that is made anew each time somebody renders is no news.
  const news = typeof token === 'string' ? token : undefined;
  useEffect(() => {
    if (news !== undefined) gate?.again();
  }, [gate, news]);
  return used;
}
