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

/** How many are in both. */
export function countCommon(left: Uint32Array, right: Uint32Array): number {
  let count = 0;
  for (let word = 0; word < left.length; word += 1) {
    for (let rest = left[word] & right[word]; rest !== 0; rest &= rest - 1) count += 1;
  }
  return count;
}
