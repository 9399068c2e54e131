/*
 * Sets of small integers as words of 32 bits.
 */

export function createBits(size: number): Uint32Array {
  return new Uint32Array((size + 31) >>> 5);
}

export function hasBit(bits: Uint32Array, index: number): boolean {
  return (bits[index >>> 5] & (1 << (index & 31))) !== 0;
}

export function setBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5] |= 1 << (index & 31);
}

export function clearBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5] &= ~(1 << (index & 31));
}

/** Takes out of `target` what is in `other`. */
export function removeBits(target: Uint32Array, other: Uint32Array): void {
  for (let word = 0; word < target.length; word += 1) target[word] &= ~other[word];
}

/** How many are in both. */
export function countCommon(left: Uint32Array, right: Uint32Array): number {
  let count = 0;
  for (let word = 0; word < left.length; word += 1) {
    const common = left[word] & right[word];
    if (common !== 0) count += countSet(common);
  }
  return count;
}

/** The bits of a word that are set: sums of pairs, of fours, of bytes (Hacker's Delight, 5-1). */
function countSet(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
