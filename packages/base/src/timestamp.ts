/** Nanoseconds since the epoch as people and other programs read them. */

/** Nanoseconds of a second. */
export const SECOND = 1_000_000_000n;

/**
 * `2026-11-21 21:31:56.182619956` in the time zone of the machine (`TZ`), as Falco prints times: with the zone's offset
 * of now whatever the time, so that the lines of one output never jump where daylight saving time begins or ends.
 * @param parts which parts to print besides hours, minutes and seconds.
 */
export function formatLocalTime(
  timestamp: bigint,
  parts: { readonly date: boolean; readonly nanoseconds: boolean },
): string {
  const { date, clock } = readCalendar(timestamp, offsetMinutesAt(Date.now()));
  const fraction = parts.nanoseconds ? `.${nineDigits(timestamp)}` : '';
  return `${parts.date ? `${date} ` : ''}${clock}${fraction}`;
}

/** `2026-11-21T21:31:56.182619956` in UTC, followed by `zone` (`Z`, or `+0000` where Falco writes that). */
export function formatUtcTime(timestamp: bigint, zone: string): string {
  const { date, clock } = readCalendar(timestamp, 0);
  return `${date}T${clock}.${nineDigits(timestamp)}${zone}`;
}

/** `2026-11-21 21:31:56.182619956` in the time zone of the machine, with its offset at that very time. */
export function formatLocalDateTime(timestamp: bigint): string {
  const { date, clock } = readCalendar(timestamp, offsetMinutesAt(Number(timestamp / 1_000_000n)));
  return `${date} ${clock}.${nineDigits(timestamp)}`;
}

/** How far the machine's zone is ahead of UTC at a time in milliseconds since the epoch. */
function offsetMinutesAt(milliseconds: number): number {
  return -new Date(milliseconds).getTimezoneOffset();
}

function readCalendar(timestamp: bigint, offsetMinutes: number): { date: string; clock: string } {
  const shifted = new Date(Number(timestamp / SECOND) * 1000 + offsetMinutes * 60_000);
  const [date, rest] = shifted.toISOString().split('T') as [string, string];
  return { date, clock: rest.slice(0, 8) };
}

function nineDigits(timestamp: bigint): string {
  return String(timestamp % SECOND).padStart(9, '0');
}
