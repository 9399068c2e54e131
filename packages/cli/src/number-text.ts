/** A count for people: `4,377,505`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** The count and its noun: `1 rule`, `2 rules`. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}

/** A size for people: `7.1 MiB`. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}

/** A span of time for people, from nanoseconds: `159.153 s`. */
export function durationText(nanoseconds: bigint): string {
  return `${(Number(nanoseconds / 1_000_000n) / 1000).toFixed(3)} s`;
}
