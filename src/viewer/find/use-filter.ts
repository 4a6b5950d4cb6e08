import { useRef } from 'react';
import { useIntl } from 'react-intl';
import type { ActivityFilter } from '../../client/client.ts';
import { filterOf, meaningOf, parseQuery } from './query.ts';

/** What a query selects, by the clocks of whoever reads; the same object while it means the same. */
export function useFilter(text: string): ActivityFilter {
  const timeZone = useIntl().timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const last = useRef<{ key: string; text: string; filter: ActivityFilter }>(undefined);
  if (last.current?.text !== text || !last.current.key.startsWith(timeZone)) {
    const query = parseQuery(text);
    const key = `${timeZone} ${meaningOf(query)}`;
    const filter = last.current?.key === key ? last.current.filter : filterOf(query, { timeZone });
    last.current = { key, text, filter };
  }
  return last.current.filter;
}
