import type { Severity } from '@seawall/store';
import { z } from 'zod';
import { isAtLeast, severity } from './routing.ts';

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const timeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: 'write the time of day as 22:00, in quotes' });

/** A span of each day in which a channel is left in peace; past midnight where `to` is not after `from`. */
export const quietHours = z.strictObject({
  from: timeOfDay,
  to: timeOfDay,
  /** As in the IANA database: `Europe/Zurich`. */
  timeZone: z.string().refine(isTimeZone, { error: 'no such time zone: write one as Europe/Zurich, or UTC' }),
  /** The days on which it begins; every day when left out. */
  days: z.array(z.enum(days)).min(1).optional(),
  /** What is at least this severe passes all the same. */
  passing: severity.optional(),
});

export type QuietHours = z.infer<typeof quietHours>;

const MINUTE = 60_000;

/** No quiet spans that follow each other are looked through further than this: always quiet is quiet for a week at a time. */
const FARTHEST = 7 * 24 * 60 * MINUTE;

/**
 * When a message of that severity may leave, milliseconds since the epoch: `now`, or the end of the quiet hours that it
 * falls into, to the minute.
 */
export function quietUntil(spans: readonly QuietHours[], severityOf: Severity, now: number): number {
  const holding = spans.filter(({ passing }) => passing === undefined || !isAtLeast(severityOf, passing));
  let time = now;
  while (time - now < FARTHEST) {
    const span = holding.find((candidate) => isQuiet(candidate, time));
    if (span === undefined) return time;
    time = endOf(span, time);
  }
  return time;
}

function isQuiet(span: QuietHours, time: number): boolean {
  const { day, minute } = localTime(span.timeZone, time);
  const from = minuteOf(span.from);
  const to = minuteOf(span.to);
  const beginsOn = (index: number): boolean => span.days?.includes(days[index]!) ?? true;
  if (from < to) return beginsOn(day) && minute >= from && minute < to;
  return (beginsOn(day) && minute >= from) || (beginsOn((day + 6) % 7) && minute < to);
}

/** The first minute that is not quiet any more: stepwise, since days with a change of time are longer or shorter. */
function endOf(span: QuietHours, time: number): number {
  let end = Math.floor(time / MINUTE) * MINUTE + MINUTE;
  while (isQuiet(span, end) && end - time < FARTHEST) {
    const { minute } = localTime(span.timeZone, end);
    const left = ((minuteOf(span.to) - minute + 2 * 24 * 60 - 1) % (24 * 60)) + 1;
    // Most of the way in one step, the rest by the minute: where clocks change, the end is up to two hours off.
    end += left > 180 ? (left - 150) * MINUTE : MINUTE;
  }
  return end;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(timeZone: string, time: number): { readonly day: number; readonly minute: number } {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  return {
    day: days.indexOf(String(parts.weekday).toLowerCase() as (typeof days)[number]),
    minute: Number(parts.hour) * 60 + Number(parts.minute),
  };
}

function minuteOf(text: string): number {
  const [hour, minute] = text.split(':') as [string, string];
  return Number(hour) * 60 + Number(minute);
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
