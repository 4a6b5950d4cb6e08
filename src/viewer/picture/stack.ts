import type { ActivitySeverity } from '../../client/client.ts';
import { type BySeverity, severities } from './bars.ts';

/** A part of a bar, in pixels from the bottom. */
export interface Layer {
  readonly severity: ActivitySeverity;
  readonly bottom: number;
  readonly height: number;
}

/** Pixels that whatever is there has at least: one error among thousands of entries is what people look for. */
export const leastHeight = 2;

/** The parts of a bar one on the other, the most serious at the bottom, where they can be compared. */
export function stack(counts: BySeverity, heightOf: (count: number) => number): readonly Layer[] {
  let bottom = 0;
  return severities
    .filter((severity) => counts[severity] > 0)
    .map((severity) => {
      const height = Math.max(heightOf(counts[severity]), leastHeight);
      const layer = { severity, bottom, height };
      bottom += height;
      return layer;
    });
}
