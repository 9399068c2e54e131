import { byteStringAt, textEnd } from './byte-strings.ts';
import { uint64At } from './integers.ts';
import { parameterLength, parameterStart } from './parameters.ts';
import type { EventView } from './view.ts';

/*
 * Socket addresses (parameter type `sockaddr`: one end) and tuples (`socktuple`: both ends) read in place.
 * Both start with a byte for the family. Addresses are in network order, ports in the host's.
 *
 * tuple    IPv4  family, source 4, source port 2, destination 4, destination port 2
 *          IPv6  family, source 16, source port 2, destination 16, destination port 2
 *          unix  family, source 8, destination 8, path
 * address  IPv4  family, address 4, port 2; IPv6: 16 and 2; unix: path
 */

export const FAMILY_UNIX = 1;
export const FAMILY_IPV4 = 2;
export const FAMILY_IPV6 = 10;

/** Address family of a socket address or tuple; 0 where the parameter is empty. */
export function socketFamily(view: EventView, index: number): number {
  return parameterLength(view, index) < 1 ? 0 : view.data.getUint8(parameterStart(view, index));
}

/** Bytes in one address of the tuple: 4, 16, or 0 where it is neither IPv4 nor IPv6, or cut short. */
export function tupleAddressLength(view: EventView, index: number): 0 | 4 | 16 {
  const length = parameterLength(view, index);
  if (length < 13) return 0;
  const family = view.data.getUint8(parameterStart(view, index));
  if (family === FAMILY_IPV4) return 4;
  return family === FAMILY_IPV6 && length >= 37 ? 16 : 0;
}

/** Where the source address starts in `view.bytes` (for IPv4 and IPv6 tuples). */
export function tupleSourceStart(view: EventView, index: number): number {
  return parameterStart(view, index) + 1;
}

/** Where the destination address starts in `view.bytes` (for IPv4 and IPv6 tuples). */
export function tupleDestinationStart(view: EventView, index: number): number {
  return parameterStart(view, index) + 1 + tupleAddressLength(view, index) + 2;
}

/** The source port; 0 for tuples that have none. */
export function tupleSourcePort(view: EventView, index: number): number {
  const length = tupleAddressLength(view, index);
  return length === 0 ? 0 : view.data.getUint16(parameterStart(view, index) + 1 + length, true);
}

/** The destination port; 0 for tuples that have none. */
export function tupleDestinationPort(view: EventView, index: number): number {
  const length = tupleAddressLength(view, index);
  return length === 0 ? 0 : view.data.getUint16(parameterStart(view, index) + 3 + 2 * length, true);
}

/** The kernel's address of a unix socket's source end; 0 for other or cut tuples. */
export function tupleUnixSource(view: EventView, index: number): number | bigint {
  return isUnixTuple(view, index) ? uint64At(view.data, parameterStart(view, index) + 1) : 0;
}

/** The kernel's address of a unix socket's destination end; 0 for other or cut tuples. */
export function tupleUnixDestination(view: EventView, index: number): number | bigint {
  return isUnixTuple(view, index) ? uint64At(view.data, parameterStart(view, index) + 9) : 0;
}

/** The path of a unix tuple as a byte string up to its NUL; empty for other or cut tuples (allocates). */
export function tupleUnixPath(view: EventView, index: number): string {
  return isUnixTuple(view, index) ? pathFrom(view, index, 17) : '';
}

/** Bytes in the address of a `sockaddr`: 4, 16, or 0 where it is neither IPv4 nor IPv6, or cut short. */
export function addressLength(view: EventView, index: number): 0 | 4 | 16 {
  const length = parameterLength(view, index);
  if (length < 7) return 0;
  const family = view.data.getUint8(parameterStart(view, index));
  if (family === FAMILY_IPV4) return 4;
  return family === FAMILY_IPV6 && length >= 19 ? 16 : 0;
}

/** Where the address of a `sockaddr` starts in `view.bytes`. */
export function addressStart(view: EventView, index: number): number {
  return parameterStart(view, index) + 1;
}

/** The port of a `sockaddr`; 0 where it has none. */
export function addressPort(view: EventView, index: number): number {
  const length = addressLength(view, index);
  return length === 0 ? 0 : view.data.getUint16(parameterStart(view, index) + 1 + length, true);
}

/** The path of a unix `sockaddr` as a byte string up to its NUL; empty for other families (allocates). */
export function addressUnixPath(view: EventView, index: number): string {
  return socketFamily(view, index) === FAMILY_UNIX ? pathFrom(view, index, 1) : '';
}

function isUnixTuple(view: EventView, index: number): boolean {
  return parameterLength(view, index) >= 17 && socketFamily(view, index) === FAMILY_UNIX;
}

function pathFrom(view: EventView, index: number, skipped: number): string {
  const start = parameterStart(view, index);
  const end = start + parameterLength(view, index);
  return byteStringAt(view.bytes, start + skipped, textEnd(view.bytes, start + skipped, end));
}
