const KEPT = 1024;
/** Addresses that were written before and what was written, by a hash of the address: the same few come again and again. */
const keptIpv4 = new Int32Array(KEPT);
const keptIpv4Texts: string[] = new Array(KEPT).fill('');

/** Dotted decimal of the 4 bytes at `offset`. */
export function ipv4Text(bytes: Uint8Array, offset: number): string {
  const address = ipv4At(bytes, offset);
  const slot = slotOf(address);
  if (keptIpv4[slot] === address && keptIpv4Texts[slot] !== '') return keptIpv4Texts[slot];
  const text = writeIpv4(bytes, offset);
  keptIpv4[slot] = address;
  keptIpv4Texts[slot] = text;
  return text;
}

const heldIpv4 = new Int32Array(KEPT);
const heldAddresses: Uint8Array[] = new Array(KEPT).fill(new Uint8Array(4));

/** The 4 bytes at `offset` as an array of their own that nobody may write to: mostly one that was given before. */
export function ipv4Address(bytes: Uint8Array, offset: number): Uint8Array {
  const address = ipv4At(bytes, offset);
  const slot = slotOf(address);
  if (heldIpv4[slot] === address) return heldAddresses[slot];
  const made = bytes.slice(offset, offset + 4);
  heldIpv4[slot] = address;
  heldAddresses[slot] = made;
  return made;
}

function ipv4At(bytes: Uint8Array, offset: number): number {
  return bytes[offset] | (bytes[offset + 1] << 8) | (bytes[offset + 2] << 16) | (bytes[offset + 3] << 24);
}

function slotOf(address: number): number {
  const hash = Math.imul(address, 0x9e37_79b1);
  return (hash ^ (hash >>> 16)) & (KEPT - 1);
}

function writeIpv4(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

/** The 16 bytes at `offset` as inet_ntop(3) of glibc writes them: longest run of zeroes cut, IPv4 endings dotted. */
export function ipv6Text(bytes: Uint8Array, offset: number): string {
  const words: number[] = [];
  for (let index = 0; index < 16; index += 2) words.push((byteAt(index) << 8) | byteAt(index + 1));
  const { start, length } = longestZeroRun(words);
  let text = '';
  for (let index = 0; index < 8; index++) {
    if (length > 0 && index >= start && index < start + length) {
      if (index === start) text += ':';
      continue;
    }
    if (index !== 0) text += ':';
    // ::a.b.c.d and ::ffff:a.b.c.d
    if (index === 6 && start === 0 && (length === 6 || (length === 5 && words[5] === 0xffff))) {
      return text + ipv4Text(bytes, offset + 12);
    }
    text += (words[index] as number).toString(16);
  }
  if (length > 0 && start + length === 8) text += ':';
  return text;

  function byteAt(index: number): number {
    return bytes[offset + index] as number;
  }
}

/** The first of the longest runs of at least two zero words; length 0 where there is none. */
function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  let start = -1;
  for (let index = 0; index <= words.length; index++) {
    if (words[index] === 0) {
      if (start < 0) start = index;
    } else if (start >= 0) {
      if (index - start > best.length) best = { start, length: index - start };
      start = -1;
    }
  }
  return best.length >= 2 ? best : { start: -1, length: 0 };
}

/** Whether the 16 bytes at `offset` stand for an IPv4 address: `::ffff:a.b.c.d`, and all zeroes as well. */
export function isIpv4Mapped(bytes: Uint8Array, offset: number): boolean {
  for (let index = 0; index < 10; index++) if (bytes[offset + index] !== 0) return false;
  if (bytes[offset + 10] === 0xff && bytes[offset + 11] === 0xff) return true;
  for (let index = 10; index < 16; index++) if (bytes[offset + index] !== 0) return false;
  return true;
}

export function isZero(bytes: Uint8Array, offset: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (bytes[offset + index] !== 0) return false;
  return true;
}

export function areEqual(
  a: Uint8Array,
  aOffset: number,
  b: Uint8Array,
  bOffset: number,
  length: number,
): boolean {
  for (let index = 0; index < length; index++) {
    if (a[aOffset + index] !== b[bOffset + index]) return false;
  }
  return true;
}
