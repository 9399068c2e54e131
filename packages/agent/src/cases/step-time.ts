import { stepMistake } from './encode-step.ts';

const MILLISECOND = 1_000_000n;
/** Ten years, in milliseconds: what is longer doesn't fit the clocks of events. */
const LONGEST = 10n * 365n * 86_400_000n;

/** Reads `250ms`, `7s`, `3m` or `2h`, as nanoseconds. @throws agent/STEP_INVALID */
export function nanoseconds(text: string): bigint {
  const parts = /^(\d+)(ms|s|m|h)$/.exec(text);
  if (parts === null) throw stepMistake(`${text} is no time: write 250ms, 7s, 3m or 2h`);
  const units: Readonly<Record<string, bigint>> = { ms: 1n, s: 1_000n, m: 60_000n, h: 3_600_000n };
  const milliseconds = BigInt(parts[1]!) * units[parts[2]!]!;
  if (milliseconds > LONGEST) throw stepMistake(`${text} is longer than a case can take: at most ten years`);
  return milliseconds * MILLISECOND;
}
