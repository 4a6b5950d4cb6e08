// Rounds that take turns, A B A B, and are thrown away where somebody else was at work.
import { watchOthers } from './machine.mjs';
import { common } from './settings.mjs';
import { say } from './table.mjs';

const mostOfOthers = 0.15;

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs each variant once a round and returns the medians of what they measured, field by field. A round that was
 * disturbed is repeated, twice as often as there are rounds in all; after that it counts, and that is said.
 */
export async function takeTurns(variants, { rounds = common.rounds } = {}) {
  const samples = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  let repeats = 2 * rounds;
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, measure] of Object.entries(variants)) {
      for (;;) {
        const shareOfOthers = watchOthers();
        const sample = await measure();
        const share = shareOfOthers();
        const disturbed = share > mostOfOthers;
        if (disturbed) {
          const verdict = repeats > 0 ? 'thrown away' : 'KEPT, for want of a quiet one';
          say(`round ${round} of ${name}: others took ${Math.round(share * 100)} % of the machine; ${verdict}`);
        }
        if (!disturbed || repeats === 0) {
          samples[name].push(sample);
          break;
        }
        repeats -= 1;
      }
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([name, all]) => [name, medians(all)]));
}

function medians(samples) {
  return Object.fromEntries(
    Object.keys(samples[0]).map((field) => [field, median(samples.map((sample) => sample[field]))]),
  );
}
