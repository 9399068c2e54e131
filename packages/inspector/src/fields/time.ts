/** Nanoseconds of a second. */
export const SECOND = 1_000_000_000n;

/**
 * A point in time as Falco prints it in this machine's zone. Like Falco it uses the zone's offset of now for every
 * event, so that lines of one output never jump at a change of daylight saving time.
 * @param nanoseconds since the epoch.
 */
export function formatTime(
  nanoseconds: bigint,
  parts: { readonly withDate: boolean; readonly withNanoseconds: boolean },
): string {
  const offsetSeconds = -new Date().getTimezoneOffset() * 60;
  const local = new Date((Number(nanoseconds / SECOND) + offsetSeconds) * 1000);
  const text = Number.isNaN(local.getTime()) ? '1970-01-01T00:00:00' : local.toISOString();
  const clock = text.slice(-13, -5);
  const date = parts.withDate ? `${text.slice(0, -14)} ` : '';
  return parts.withNanoseconds ? `${date}${clock}.${fraction(nanoseconds)}` : `${date}${clock}`;
}

/** ISO 8601 in UTC with nanoseconds, `2024-05-01T10:00:00.000000001+0000`. */
export function formatIso8601(nanoseconds: bigint): string {
  const utc = new Date(Number(nanoseconds / SECOND) * 1000);
  return `${utc.toISOString().slice(0, -5)}.${fraction(nanoseconds)}+0000`;
}

/** `2024-05-01 10:00:00.000000001 +0000` in this machine's zone, as it was at that time. */
export function formatAbsoluteTime(nanoseconds: bigint): string {
  const milliseconds = Number(nanoseconds / SECOND) * 1000;
  const offsetMinutes = -new Date(milliseconds).getTimezoneOffset();
  const local = new Date(milliseconds + offsetMinutes * 60_000).toISOString();
  const zone = `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offsetMinutes) / 60))}${pad(Math.abs(offsetMinutes) % 60)}`;
  return `${local.slice(0, 10)} ${local.slice(11, 19)}.${fraction(nanoseconds)} ${zone}`;
}

function fraction(nanoseconds: bigint): string {
  return String(nanoseconds % SECOND).padStart(9, '0');
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
