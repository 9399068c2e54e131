import { byteStringAt } from '@seawall/events';
import { ipv4Text, ipv6Text, isIpv4Mapped } from './address.ts';
import { Family } from './flags.ts';
import { ipv6TupleText, type TuplePlaces, tupleText } from './socket.ts';

/* Socket addresses and tuples as events carry them: a byte for the family, then addresses, ports and paths. */

/** Where the parts of an IPv4 or IPv6 tuple lie, from `start` (its family byte) on. The object is reused. */
export function placesOf(start: number, addressLength: 4 | 16): TuplePlaces {
  places.source = start + 1;
  places.sourcePort = start + 1 + addressLength;
  places.destination = start + 3 + addressLength;
  places.destinationPort = start + 3 + 2 * addressLength;
  return places;
}
const places: TuplePlaces = { source: 0, sourcePort: 0, destination: 0, destinationPort: 0 };

/** The same for an IPv6 tuple of two addresses that stand for IPv4 ones: the places of those. */
export function mappedPlacesOf(start: number): TuplePlaces {
  placesOf(start, 16);
  places.source += 12;
  places.destination += 12;
  return places;
}

/** Whether both addresses of the IPv6 tuple at `start` stand for IPv4 ones. */
export function isMappedTuple(bytes: Uint8Array, start: number): boolean {
  return isIpv4Mapped(bytes, start + 1) && isIpv4Mapped(bytes, start + 19);
}

/** Whether the parameter holds all that its family needs, a unix path with its NUL included. */
export function isTupleValid(bytes: Uint8Array, start: number, length: number): boolean {
  if (length === 0) return false;
  switch (bytes[start]) {
    case Family.ipv4:
      return length >= 13;
    case Family.ipv6:
      return length >= 37;
    case Family.unix:
      return length >= 18 && bytes[start + length - 1] === 0;
    default:
      return true;
  }
}

/** The same for a socket address: one end. */
export function isAddressValid(bytes: Uint8Array, start: number, length: number): boolean {
  if (length === 0) return false;
  switch (bytes[start]) {
    case Family.ipv4:
      return length >= 7;
    case Family.ipv6:
      return length >= 19;
    case Family.unix:
      return length >= 2 && bytes[start + length - 1] === 0;
    default:
      return true;
  }
}

/** A valid tuple as Falco writes it. */
export function writeTuple(bytes: Uint8Array, start: number, length: number): string {
  const family = bytes[start];
  if (family === Family.ipv4) return tupleText(bytes, placesOf(start, 4));
  if (family === Family.ipv6) {
    return isMappedTuple(bytes, start)
      ? tupleText(bytes, mappedPlacesOf(start))
      : ipv6TupleText(bytes, placesOf(start, 16));
  }
  if (family === Family.unix) {
    const data = new DataView(bytes.buffer, bytes.byteOffset);
    const path = pathText(bytes, start + 17, start + length);
    return unixText(data.getBigUint64(start + 1, true), data.getBigUint64(start + 9, true), path);
  }
  return `family ${family}`;
}

/** A valid socket address as Falco writes it. */
export function writeAddress(bytes: Uint8Array, start: number, length: number): string {
  const family = bytes[start];
  if (family === Family.unix) return pathText(bytes, start + 1, start + length);
  if (family === Family.ipv4) return `${ipv4Text(bytes, start + 1)}:${portAt(bytes, start + 5)}`;
  if (family === Family.ipv6) return `${ipv6Text(bytes, start + 1)}:${portAt(bytes, start + 17)}`;
  return `family ${family}`;
}

/** The name of a unix socket: the kernel's addresses of both ends and the path. */
export function unixText(source: bigint, destination: bigint, path: string): string {
  return `${source.toString(16)}->${destination.toString(16)} ${path}`;
}

/** The text from `start` to the first NUL before `end`. */
export function pathText(bytes: Uint8Array, start: number, end: number): string {
  let stop = start;
  while (stop < end && bytes[stop] !== 0) stop += 1;
  return byteStringAt(bytes, start, stop);
}

export function portAt(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
}
