import type { CommittedTransaction } from './torture-writers.ts';

/** How many transactions came before one that had committed before they began. */
export function outOfOrder(received: string[], transactions: CommittedTransaction[]): number {
  const place = new Map(received.map((id, index) => [id, index]));
  const spans = transactions
    .map(({ ids, began, committed }) => ({ began, committed, places: ids.flatMap((id) => place.get(id) ?? []) }))
    .filter((span) => span.places.length > 0);
  const byCommit = spans.toSorted((a, b) => a.committed - b.committed);
  let latest = -1;
  let next = 0;
  let wrong = 0;
  for (const span of spans.toSorted((a, b) => a.began - b.began)) {
    for (
      let earlier = byCommit[next];
      earlier !== undefined && earlier.committed < span.began;
      earlier = byCommit[next]
    ) {
      latest = Math.max(latest, ...earlier.places);
      next += 1;
    }
    if (Math.min(...span.places) < latest) wrong += 1;
  }
  return wrong;
}
