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

/** Adds to `target` what is in `other`. */
export function addBits(target: Uint32Array, other: Uint32Array): void {
  for (let word = 0; word < target.length; word++) target[word] |= other[word];
}
