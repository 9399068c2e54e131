/** Below this a loop is faster than making the view that `set` needs. */
const SHORT = 128;

/** Copies `length` bytes, within one buffer or between two, without allocating where they are few. */
export function copyBytes(
  from: Uint8Array,
  fromOffset: number,
  to: Uint8Array,
  toOffset: number,
  length: number,
): void {
  if (from === to) to.copyWithin(toOffset, fromOffset, fromOffset + length);
  else if (length < SHORT) for (let i = 0; i < length; i++) to[toOffset + i] = from[fromOffset + i]!;
  else to.set(from.subarray(fromOffset, fromOffset + length), toOffset);
}
