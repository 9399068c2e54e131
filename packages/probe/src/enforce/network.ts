import { isIPv4, isIPv6 } from 'node:net';

/** A network as the kernel compares it: 16 bytes each, IPv4 as ::ffff:a.b.c.d. */
export interface Network {
  readonly address: Uint8Array;
  readonly mask: Uint8Array;
}

/**
 * Reads `10.0.0.0/8`, `10.1.2.3`, `fd00::/8`, `::ffff:10.0.0.0/104`. Bits behind the mask are cut off.
 * @returns undefined where the text is none of these.
 */
export function parseNetwork(text: string): Network | undefined {
  const [host, length, ...rest] = text.split('/');
  const isShort = isIPv4(host);
  if (rest.length > 0 || (!isShort && !isIPv6(host)) || host.includes('%')) return undefined;
  const widest = isShort ? 32 : 128;
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || Number(length) > widest)) return undefined;
  const bits = (isShort ? 96 : 0) + (length === undefined ? widest : Number(length));
  const mask = new Uint8Array(16).map((_, index) => 0xff00 >> Math.min(8, Math.max(0, bits - index * 8)));
  const address = parseAddress(host).map((byte, index) => byte & mask[index]);
  return { address, mask };
}

/** The 16 bytes of an address in either form. */
export function parseAddress(host: string): Uint8Array {
  if (isIPv4(host))
    return Uint8Array.from([...new Array(10).fill(0), 255, 255, ...host.split('.').map(Number)]);
  const [head, tail] = withoutDots(host).split('::');
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  const groups = [...first, ...new Array(8 - first.length - last.length).fill(0), ...last];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

/** Text of an address of 16 bytes; IPv4 in its own form. */
export function formatAddress(bytes: Uint8Array): string {
  const isShort = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isShort) return bytes.subarray(12, 16).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bytes[index * 2] << 8) | bytes[index * 2 + 1]).toString(16),
  );
  // The URL parser of the platform knows how IPv6 is shortened.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** `::ffff:1.2.3.4` as `::ffff:102:304`. */
function withoutDots(host: string): string {
  return host.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a, b, c, d] = parts.map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
