import { InvalidArgumentError } from 'commander';

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Of `2026-11-22`. */
const DAY_LENGTH = 10;
/** The first and the last moment that the store can be asked about: nanoseconds in 64 bits, 1677 and 2262. */
const FIRST = -(2n ** 63n);
const LAST = 2n ** 63n - 1n;

/**
 * A moment as people write it: how long ago (`90s`, `15m`, `2h`, `7d`, `2w`), or a date or time of ISO 8601
 * (`2026-11-22`, `2026-11-22T08:30:00Z`; without a zone it is the machine's).
 * @param now milliseconds since the epoch.
 * @returns nanoseconds since the epoch, in 64 bits: nothing was ever seen before or after what they hold.
 */
export function parseMoment(text: string, now = Date.now()): bigint {
  const [, amount, unit] = /^(\d+)([smhdw])$/.exec(text) ?? [];
  if (amount !== undefined) {
    const ago = BigInt(amount) * BigInt(UNIT_SECONDS[unit!]!) * 1_000_000_000n;
    return within(BigInt(Math.round(now)) * 1_000_000n - ago);
  }
  // A date alone is a day of the machine's zone, as a date with a time is; JavaScript would take it for one of UTC.
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const isTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.test(text);
  const milliseconds = isDate || isTime ? Date.parse(isDate ? `${text}T00:00:00` : text) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new InvalidArgumentError(
      'Write how long ago (90s, 15m, 2h, 7d) or a time such as 2026-11-22T08:30:00Z.',
    );
  }
  // JavaScript goes on counting in the next month.
  const day = text.slice(0, DAY_LENGTH);
  if (new Date(`${day}T00:00:00Z`).toISOString().slice(0, DAY_LENGTH) !== day)
    throw new InvalidArgumentError(`There is no ${day}: that month ends before.`);
  return within(BigInt(milliseconds) * 1_000_000n);
}

function within(moment: bigint): bigint {
  if (moment < FIRST) return FIRST;
  return moment > LAST ? LAST : moment;
}
