import { textFromBytes } from '../value/bytes.ts';
import type { JsonValue } from '../value/render.ts';

/**
 * JSON as Falco prints it: no blanks, keys in the order of their bytes, broken UTF-8 as U+FFFD, integers of 64 bits
 * in full, numbers with a fraction always with a point.
 */
export function jsonText(value: JsonValue): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(textFromBytes(value));
  if ('double' in value) return doubleText(value.double);
  if ('object' in value) {
    const keys = [...value.object.keys()].sort();
    const members = keys.map((key) => `${jsonText(key)}:${jsonText(value.object.get(key)!)}`);
    return `{${members.join(',')}}`;
  }
  return `[${value.map(jsonText).join(',')}]`;
}

function doubleText(double: number): string {
  if (!Number.isFinite(double)) return 'null';
  return Number.isInteger(double) && Math.abs(double) < 1e21 ? `${double}.0` : String(double);
}
