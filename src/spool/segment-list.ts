import type { Segment } from './segment.ts';
import type { SpoolSize } from './spool-store.ts';

/** The files that a store holds, in the order of their records: those that were left by others, then its own. */
export class SegmentList {
  #segments: readonly Segment[] = [];

  /** As they are now: what changes later makes another array. */
  get all(): readonly Segment[] {
    return this.#segments;
  }

  get waiting(): SpoolSize {
    const sum = { records: 0, bytes: 0 };
    for (const { waiting } of this.#segments) {
      sum.records += waiting.records;
      sum.bytes += waiting.bytes;
    }
    return sum;
  }

  /** Bytes on disk. */
  get length(): number {
    return this.#segments.reduce((sum, { length }) => sum + length, 0);
  }

  get adopted(): number {
    return this.#segments.filter(({ isOwn }) => !isOwn).length;
  }

  has(name: string): boolean {
    return this.#segments.some((segment) => segment.name === name);
  }

  /** Where a store's own new records go. */
  add(segment: Segment): void {
    this.#segments = [...this.#segments, segment];
  }

  /** By name among those of others, and never before what was peeked: whoever did so means these when he releases some. */
  insert(segment: Segment): void {
    const peeked = this.#segments.findLastIndex((other) => other.peeked > 0) + 1;
    const later = this.#segments.findIndex((other, at) => at >= peeked && (other.isOwn || other.name > segment.name));
    this.#segments = this.#segments.toSpliced(later === -1 ? this.#segments.length : later, 0, segment);
  }

  /** Ends files in which nothing waits; those that are about to be written stay. @throws what the disk said, once all are done */
  async remove(segments: readonly Segment[]): Promise<void> {
    const isDone = (segment: Segment) => !segment.isBusy && segment.waiting.records === 0 && segments.includes(segment);
    const gone = this.#segments.filter(isDone);
    if (gone.length === 0) return;
    this.#segments = this.#segments.filter((segment) => !gone.includes(segment));
    const removals = await Promise.allSettled(gone.map((segment) => segment.remove()));
    for (const removal of removals) if (removal.status === 'rejected') throw removal.reason;
  }
}
