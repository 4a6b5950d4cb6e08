/** The table is filled up to this part before it is made twice as large. */
const fullest = 0.7;

/**
 * Counts how often the same line came, by the first 64 bits of its hash. It takes 12 bytes a slot: 17 to 34 MB for a
 * million different lines, and half as much again while it grows. Two lines that share these bits (1 in 37 million
 * imports of a million lines) are counted as one, which does no harm: the count only makes a key unique, and is the
 * same in every run.
 */
export class IdenticalLines {
  #hashes = new BigUint64Array(1024);
  #counts = new Uint32Array(1024);
  #size = 0;

  /** How often a line with this hash (8 bytes or more) has come, this time included. */
  count(hash: Buffer): number {
    if (this.#size >= this.#counts.length * fullest) this.#grow();
    const key = hash.readBigUInt64LE();
    const slot = this.#slotOf(key);
    if (this.#counts[slot] === 0) {
      this.#hashes[slot] = key;
      this.#size += 1;
    }
    const count = (this.#counts[slot] as number) + 1;
    this.#counts[slot] = count;
    return count;
  }

  /** Where the hash is, or the free slot where it belongs. */
  #slotOf(key: bigint): number {
    const mask = this.#counts.length - 1;
    let slot = Number(BigInt.asUintN(32, key)) & mask;
    while (this.#counts[slot] !== 0 && this.#hashes[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const counts = this.#counts;
    this.#hashes = new BigUint64Array(hashes.length * 2);
    this.#counts = new Uint32Array(counts.length * 2);
    for (const [from, count] of counts.entries()) {
      if (count === 0) continue;
      const key = hashes[from] as bigint;
      const slot = this.#slotOf(key);
      this.#hashes[slot] = key;
      this.#counts[slot] = count;
    }
  }
}
