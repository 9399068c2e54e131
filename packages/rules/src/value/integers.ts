/** Integers as C's scanf reads them: the only way in which Falco's constants are read. */

interface Width {
  readonly bits: 8 | 16 | 32 | 64;
  readonly isSigned: boolean;
}

const lowest64 = -(2n ** 63n);
const highest64 = 2n ** 63n - 1n;
const highestUnsigned64 = 2n ** 64n - 1n;

/**
 * Reads a decimal integer: blanks may lead, a sign may stand before the digits, nothing may follow. What doesn't fit
 * is first held to 64 bits and then cut to the width, as C does (`256` in 8 bits is 0, `-1` in 32 is 4294967295).
 * @returns undefined when the text is no integer.
 */
export function parseInteger(text: string, width: Width): number | bigint | undefined {
  const found = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)$/.exec(text);
  if (found === null) return undefined;
  const magnitude = BigInt(found[2]!);
  const isNegative = found[1] === '-';
  const wide = width.isSigned ? clampSigned(magnitude, isNegative) : clampUnsigned(magnitude, isNegative);
  return normalise(width.isSigned ? BigInt.asIntN(width.bits, wide) : BigInt.asUintN(width.bits, wide));
}

/** The house's form of an integer: a number where that is exact, else a bigint. */
function normalise(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

function clampSigned(magnitude: bigint, isNegative: boolean): bigint {
  const value = isNegative ? -magnitude : magnitude;
  return value < lowest64 ? lowest64 : value > highest64 ? highest64 : value;
}

function clampUnsigned(magnitude: bigint, isNegative: boolean): bigint {
  if (magnitude > highestUnsigned64) return highestUnsigned64;
  return isNegative ? BigInt.asUintN(64, -magnitude) : magnitude;
}
