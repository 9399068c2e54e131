/** Nanoseconds since the epoch as people and other programs read them. */

const NANOSECONDS = 1_000_000_000n;

/**
 * `2026-11-21 21:31:56.182619956` in the time zone of the machine (`TZ`), as Falco prints times.
 * @param parts which parts to print besides hours, minutes and seconds.
 */
export function formatLocalTime(
  timestamp: bigint,
  parts: { readonly date: boolean; readonly nanoseconds: boolean },
): string {
  const time = new Date(Number(timestamp / 1_000_000n));
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
  const date = [String(time.getFullYear()), twoDigits(time.getMonth() + 1), twoDigits(time.getDate())].join(
    '-',
  );
  const fraction = parts.nanoseconds ? `.${nineDigits(timestamp)}` : '';
  return `${parts.date ? `${date} ` : ''}${clock}${fraction}`;
}

/** `2026-11-21T21:31:56.182619956` in UTC, followed by `zone` (`Z`, or `+0000` where Falco writes that). */
export function formatUtcTime(timestamp: bigint, zone: string): string {
  const seconds = new Date(Number(timestamp / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${nineDigits(timestamp)}${zone}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

function nineDigits(timestamp: bigint): string {
  return String(timestamp % NANOSECONDS).padStart(9, '0');
}
