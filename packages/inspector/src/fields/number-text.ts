import type { ParameterFacts } from '@seawall/events';

/** Bits of the integer that C's varargs make of a parameter: what is shorter than int becomes one. */
const WIDE_TYPES = new Set(['int64', 'uint64']);

/**
 * An integer parameter in its table's format: as C prints it through the signed (decimal) or unsigned (octal,
 * hexadecimal) conversions of its size.
 */
export function formatInteger(
  value: number | bigint,
  { type, format }: Pick<ParameterFacts, 'type' | 'format'>,
): string {
  const bits = WIDE_TYPES.has(type) ? 64 : 32;
  if (format === 'hex') return BigInt.asUintN(bits, BigInt(value)).toString(16).toUpperCase();
  if (format === 'oct') {
    const digits = BigInt.asUintN(bits, BigInt(value)).toString(8);
    return digits === '0' ? '0' : `0${digits}`;
  }
  if (typeof value === 'number' && (bits === 64 ? value >= 0 : true))
    return String(bits === 32 ? value | 0 : value);
  return BigInt.asIntN(64, BigInt(value)).toString();
}

/** C's `%g`: six significant digits, no trailing zeros, an exponent where the number is very large or small. */
export function formatGeneral(value: number): string {
  if (value === 0) return '0';
  const [mantissa, exponent] = value.toExponential(5).split('e') as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 6) return trimZeros(value.toFixed(5 - power));
  const sign = power < 0 ? '-' : '+';
  return `${trimZeros(mantissa)}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}

function trimZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}
