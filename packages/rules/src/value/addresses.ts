/** IP addresses and networks, as inet_pton(3) and inet_ntop(3) read and write them. */

/** @returns the 4 bytes of an address in dotted form, undefined when it is none (leading zeros are refused). */
export function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  if (!parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return Uint8Array.from(parts, Number);
}

/** @returns the 16 bytes of an address, undefined when it is none. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const isShortened = halves.length === 2;
  const head = parseGroups(halves[0]!, !isShortened);
  const tail = isShortened ? parseGroups(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (isShortened ? missing < 2 : missing !== 0) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

/** The bytes of groups between colons; the last may be an IPv4 address. */
function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const number = Number.parseInt(group, 16);
      bytes.push(number >> 8, number & 0xff);
      continue;
    }
    const ipv4 = mayEndInIpv4 && index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4 === undefined) return undefined;
    bytes.push(...ipv4);
  }
  return bytes;
}

/**
 * A network: the bytes of its address, then a byte with the length of its prefix.
 * @param prefix the length as a number, already read.
 * @returns undefined when the length doesn't fit the address (IPv6 networks of length 0 are refused).
 */
export function createNetwork(address: Uint8Array, prefix: number): Uint8Array | undefined {
  const isIpv6 = address.length === 16;
  if (prefix > address.length * 8 || (isIpv6 && prefix === 0)) return undefined;
  return Uint8Array.from([...address, prefix]);
}

/** True when the address (4 or 16 bytes) and the network (5 or 17) are of one kind and the one lies in the other. */
export function isInNetwork(address: Uint8Array, network: Uint8Array): boolean {
  if (network.length !== address.length + 1) return false;
  let bits = network[address.length]!;
  for (let i = 0; bits > 0; i++, bits -= 8) {
    const mask = bits >= 8 ? 0xff : (0xff << (8 - bits)) & 0xff;
    if (((address[i]! ^ network[i]!) & mask) !== 0) return false;
  }
  return true;
}

export function areSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

/** The text of an address of 4 or 16 bytes; undefined for any other length. */
export function addressText(address: Uint8Array): string | undefined {
  if (address.length === 4) return address.join('.');
  return address.length === 16 ? ipv6Text(address) : undefined;
}

function ipv6Text(address: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (address[2 * i]! << 8) | address[2 * i + 1]!);
  const zeros = longestZeros(groups);
  const dotted = address.subarray(12).join('.');
  if (zeros.from === 0 && zeros.length === 6) return `::${dotted}`;
  if (zeros.from === 0 && zeros.length === 5 && groups[5] === 0xffff) return `::ffff:${dotted}`;
  const shown = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (zeros.length < 2) return shown(groups);
  return `${shown(groups.slice(0, zeros.from))}::${shown(groups.slice(zeros.from + zeros.length))}`;
}

function longestZeros(groups: readonly number[]): { from: number; length: number } {
  let longest = { from: -1, length: 0 };
  for (let from = 0; from < groups.length; from++) {
    let length = 0;
    while (from + length < groups.length && groups[from + length] === 0) length++;
    if (length > longest.length) longest = { from, length };
  }
  return longest;
}
