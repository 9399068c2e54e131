import type { FieldType, PrintFormat, Value } from '../catalogue/catalogue.ts';
import { addressText } from './addresses.ts';
import { cutAtNul } from './transform.ts';

/** How much of a list or a buffer Falco prints. */
const longestList = 1023;
const longestBuffer = 1022;

const numberTypes = new Map<FieldType, { readonly bits: number; readonly isSigned: boolean }>([
  ...typesOf(8, true, ['int8']),
  ...typesOf(16, true, ['int16']),
  ...typesOf(32, true, ['int32']),
  ...typesOf(64, true, ['int64', 'pid', 'errno', 'fd']),
  ...typesOf(8, false, ['uint8', 'l4proto', 'flags8', 'enumflags8', 'sigtype']),
  ...typesOf(16, false, ['uint16', 'port', 'flags16', 'enumflags16', 'syscallid']),
  ...typesOf(32, false, ['uint32', 'flags32', 'enumflags32', 'uid', 'gid', 'mode']),
  ...typesOf(64, false, ['uint64', 'reltime', 'abstime']),
]);

function typesOf(bits: number, isSigned: boolean, types: readonly FieldType[]) {
  return types.map((type) => [type, { bits, isSigned }] as const);
}

export function isInteger(type: FieldType): boolean {
  return numberTypes.has(type);
}

/**
 * A value as Falco prints it (libs, rawval_to_string and tostring).
 * @returns a byte string; undefined for what can't be printed, which reads `<NA>`.
 */
export function renderValue(
  type: FieldType,
  format: PrintFormat,
  value: Value | readonly Value[],
): string | undefined {
  if (!isList(value)) return renderSingle(type, format, value);
  const items = value.map((item) => renderSingle(type, format, item) ?? '');
  return `(${items.join(',')})`.slice(0, longestList);
}

function renderSingle(type: FieldType, format: PrintFormat, value: Value): string | undefined {
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  // Falco prints no network, only this word.
  if (value instanceof Uint8Array) return type === 'ipnet' ? '<IPNET>' : addressText(value);
  if (typeof value === 'string') return type === 'bytebuf' ? renderBuffer(value) : cutAtNul(value);
  if (type === 'double') return renderDouble(Number(value));
  return isPrintable(type, format) ? renderInteger(value, format, bitsOf(type)) : undefined;
}

/** Integers without a format of their own can't be printed, but for the signed ones of 64 bits. */
function isPrintable(type: FieldType, format: PrintFormat): boolean {
  const width = numberTypes.get(type);
  return format !== 'na' || (width?.isSigned === true && width.bits === 64);
}

function bitsOf(type: FieldType): number {
  return numberTypes.get(type)?.bits ?? 64;
}

function renderInteger(value: number | bigint, format: PrintFormat, bits: number): string {
  switch (format) {
    case 'octal':
      return BigInt.asUintN(bits, BigInt(value)).toString(8);
    case 'hexadecimal':
      return BigInt.asUintN(bits, BigInt(value)).toString(16).toUpperCase();
    case 'padded-decimal':
      return value < 0 ? `-${String(-value).padStart(8, '0')}` : String(value).padStart(9, '0');
    default:
      return String(value);
  }
}

/** One digit behind the point, halves to the even digit, as C prints doubles. */
function renderDouble(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}.0`;
  const quarters = value * 4;
  const isTie = Number.isInteger(quarters) && quarters % 2 !== 0;
  if (!isTie) return value.toFixed(1);
  const below = Math.floor(value * 10);
  return ((below % 2 === 0 ? below : below + 1) / 10).toFixed(1);
}

function renderBuffer(bytes: string): string {
  const shown = bytes.length > longestBuffer ? bytes.slice(0, longestBuffer - 1) : bytes;
  return shown.replace(/[^ -~]/g, '.');
}

/** A value in JSON; `double` keeps numbers with a fraction apart from integers, which print without a point. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | { readonly double: number }
  | readonly JsonValue[]
  | { readonly object: ReadonlyMap<string, JsonValue> };

/** A value as it stands in Falco's JSON output; strings are byte strings. */
export function renderJson(type: FieldType, format: PrintFormat, value: Value | readonly Value[]): JsonValue {
  // An empty list is no JSON value in Falco: nothing was ever appended to it.
  if (isList(value)) {
    return value.length === 0 ? null : value.map((item) => renderSingleJson(type, format, item));
  }
  return renderSingleJson(type, format, value);
}

function renderSingleJson(type: FieldType, format: PrintFormat, value: Value): JsonValue {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' || value instanceof Uint8Array)
    return renderSingle(type, format, value) ?? null;
  if (type === 'double') {
    return format === 'decimal' ? Math.trunc(Number(value)) : { double: Number(value) };
  }
  if (format === 'decimal' || format === 'id') return value;
  return isPrintable(type, format) ? renderInteger(value, format, bitsOf(type)) : null;
}

function isList(value: Value | readonly Value[]): value is readonly Value[] {
  return Array.isArray(value);
}
