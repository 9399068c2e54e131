import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const pattern = /^([1-9]\d{0,8})(ms|s|m|h|d)$/;

/** A length of time as people write it: a whole number and its unit, `90s`, `10m`, `24h`. */
export const durationText = z
  .string({ error: 'a duration is a number with its unit: 30s, 10m, 24h' })
  .regex(pattern, { error: 'a duration is a number with its unit: 30s, 10m, 24h' });

/** Milliseconds of a text that `durationText` has accepted. */
export function millisecondsOf(text: string): number {
  const [, number, unit] = pattern.exec(text) as RegExpExecArray;
  return Number(number) * (UNITS[unit!] as number);
}
