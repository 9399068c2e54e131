import type { Process } from '../process/process.ts';
import { areEqual, ipv4Address, ipv4Text, ipv6Text, isIpv4Mapped, isZero } from './address.ts';
import { hasNoRole } from './create.ts';
import { type Descriptor, DescriptorType } from './descriptor.ts';
import { DescriptorFlag, Protocol } from './flags.ts';

/*
 * What a socket descriptor knows of its two ends. libsinsp keeps the IPv4 tuple, the IPv6 tuple, the two kinds of
 * listening address and the unix tuple in one place of memory, and what it shows of a socket whose kind changes (a
 * bound UDP socket that receives, an IPv6 socket that talks IPv4) follows from what was in that place before. So
 * the bytes are laid out here as they are there:
 *
 *   IPv4  source 0, destination 4, source port 8, destination port 10, protocol 12
 *   IPv6  source 0, destination 16, source port 32, destination port 34, protocol 36
 *   listening IPv4  address 0, port 4, protocol 6;  listening IPv6  address 0, port 16, protocol 18
 *   unix  source 0, destination 8
 */
const SIZE = 40;
const V4 = { length: 4, source: 0, destination: 4, sourcePort: 8, destinationPort: 10, protocol: 12 };
const V6 = { length: 16, source: 0, destination: 16, sourcePort: 32, destinationPort: 34, protocol: 36 };
const V4_LISTENING = { length: 4, port: 4, protocol: 6 };
const V6_LISTENING = { length: 16, port: 16, protocol: 18 };
type Layout = typeof V4;

const NO_ADDRESS = new Uint8Array(0);

/** Where the two ends of a tuple lie in `bytes`. */
export interface TuplePlaces {
  source: number;
  sourcePort: number;
  destination: number;
  destinationPort: number;
}

/** The memory of a descriptor's ends, to be written to: its own, zeroed where it had none. */
function memoryOf(descriptor: Descriptor): Uint8Array {
  if (descriptor.socket === undefined) descriptor.socket = new Uint8Array(SIZE);
  else if (descriptor.sharesSocket) descriptor.socket = descriptor.socket.slice();
  descriptor.sharesSocket = false;
  return descriptor.socket;
}

const NO_IPV6 = new Uint8Array(16);

/** The address in the memory: as it was held before where it is the same, for making arrays is dear. */
function addressIn(memory: Uint8Array, start: number, length: number, held: Uint8Array): Uint8Array {
  if (held.length === length && areEqual(held, 0, memory, start, length)) return held;
  if (length === 4) return ipv4Address(memory, start);
  return isZero(memory, start, length) ? NO_IPV6 : memory.slice(start, start + length);
}

function read16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
}

function copy(bytes: Uint8Array, from: number, length: number, memory: Uint8Array, to: number): void {
  for (let index = 0; index < length; index++) memory[to + index] = bytes[from + index] as number;
}

/** Forgets the ends and sets the transport protocol. */
export function resetSocket(descriptor: Descriptor, protocol: number): void {
  descriptor.socket = new Uint8Array(SIZE);
  descriptor.sharesSocket = false;
  setProtocol(descriptor, protocol);
}

/** Sets the transport protocol of an IPv4 or IPv6 socket that has two ends; nothing for other kinds. */
export function setProtocol(descriptor: Descriptor, protocol: number): void {
  if (descriptor.type === DescriptorType.ipv4Socket) memoryOf(descriptor)[V4.protocol] = protocol;
  else if (descriptor.type === DescriptorType.ipv6Socket) memoryOf(descriptor)[V6.protocol] = protocol;
  refreshEnds(descriptor);
}

/** The protocol as the tuple of that address length holds it, whatever kind the socket is now. */
export function protocolInTuple(descriptor: Descriptor, addressLength: 4 | 16): number {
  return memoryOf(descriptor)[addressLength === 4 ? V4.protocol : V6.protocol] as number;
}

export function isTcp(descriptor: Descriptor): boolean {
  return descriptor.type === DescriptorType.ipv4Socket && descriptor.protocol === Protocol.tcp;
}

export function isUdp(descriptor: Descriptor): boolean {
  return descriptor.type === DescriptorType.ipv4Socket && descriptor.protocol === Protocol.udp;
}

/**
 * Sets the ends from a tuple of addresses of 4 or 16 bytes. The kind of the socket is the caller's business.
 * @returns false when the socket (already of the kind that this tuple makes) had these ends, in either direction.
 */
export function setEnds(
  descriptor: Descriptor,
  addressLength: 4 | 16,
  bytes: Uint8Array,
  places: TuplePlaces,
): boolean {
  const layout = addressLength === 4 ? V4 : V6;
  const kind = addressLength === 4 ? DescriptorType.ipv4Socket : DescriptorType.ipv6Socket;
  const memory = memoryOf(descriptor);
  if (descriptor.type === kind && hasEnds(memory, layout, bytes, places)) return false;
  // An end that was not known counts as changed even by one that is unspecified.
  const isNew =
    isZero(memory, layout.destination, layout.length) || isZero(memory, layout.destinationPort, 2);
  let isChanged = write(memory, layout.source, bytes, places.source, layout.length) || isNew;
  if (write(memory, layout.sourcePort, bytes, places.sourcePort, 2)) isChanged = true;
  if (write(memory, layout.destination, bytes, places.destination, layout.length)) isChanged = true;
  if (write(memory, layout.destinationPort, bytes, places.destinationPort, 2)) isChanged = true;
  refreshEnds(descriptor);
  return isChanged;
}

/** Copies what differs and says whether anything did. */
function write(memory: Uint8Array, to: number, bytes: Uint8Array, from: number, length: number): boolean {
  if (areEqual(memory, to, bytes, from, length)) return false;
  copy(bytes, from, length, memory, to);
  return true;
}

function hasEnds(memory: Uint8Array, layout: Layout, bytes: Uint8Array, places: TuplePlaces): boolean {
  const { length, source, sourcePort, destination, destinationPort } = layout;
  const isSame =
    areEqual(memory, source, bytes, places.source, length) &&
    areEqual(memory, sourcePort, bytes, places.sourcePort, 2) &&
    areEqual(memory, destination, bytes, places.destination, length) &&
    areEqual(memory, destinationPort, bytes, places.destinationPort, 2);
  if (isSame) return true;
  return (
    areEqual(memory, source, bytes, places.destination, length) &&
    areEqual(memory, sourcePort, bytes, places.destinationPort, 2) &&
    areEqual(memory, destination, bytes, places.source, length) &&
    areEqual(memory, destinationPort, bytes, places.sourcePort, 2)
  );
}

/** Sets the far end alone, from an address of 4 or 16 bytes with its port. */
export function setDestination(
  descriptor: Descriptor,
  addressLength: 4 | 16,
  bytes: Uint8Array,
  address: number,
  port: number,
): void {
  const layout = addressLength === 4 ? V4 : V6;
  const memory = memoryOf(descriptor);
  copy(bytes, address, addressLength, memory, layout.destination);
  copy(bytes, port, 2, memory, layout.destinationPort);
  refreshEnds(descriptor);
}

/** Makes the socket a listening one at that address (4 or 16 bytes). */
export function setListening(
  descriptor: Descriptor,
  addressLength: 4 | 16,
  bytes: Uint8Array,
  address: number,
  port: number,
  protocol: number,
): void {
  const layout = addressLength === 4 ? V4_LISTENING : V6_LISTENING;
  descriptor.type = addressLength === 4 ? DescriptorType.ipv4ServerSocket : DescriptorType.ipv6ServerSocket;
  const memory = memoryOf(descriptor);
  copy(bytes, address, addressLength, memory, 0);
  copy(bytes, port, 2, memory, layout.port);
  memory[layout.protocol] = protocol;
  refreshEnds(descriptor);
}

/** The protocol that a listening IPv4 socket was given goes over to the tuple that it becomes. */
export function keepListeningProtocol(descriptor: Descriptor): void {
  const memory = memoryOf(descriptor);
  memory[V4.protocol] = memory[V4_LISTENING.protocol] as number;
}

/** Sets the two kernel addresses of a unix socket from the 16 bytes at `start`. */
export function setUnixEnds(descriptor: Descriptor, bytes: Uint8Array, start: number): void {
  copy(bytes, start, 16, memoryOf(descriptor), 0);
  refreshEnds(descriptor);
}

export function swapEnds(descriptor: Descriptor): void {
  const { length, source, sourcePort, destination, destinationPort } =
    descriptor.type === DescriptorType.ipv4Socket ? V4 : V6;
  const memory = memoryOf(descriptor);
  const before = memory.slice();
  copy(before, source, length, memory, destination);
  copy(before, destination, length, memory, source);
  copy(before, sourcePort, 2, memory, destinationPort);
  copy(before, destinationPort, 2, memory, sourcePort);
  refreshEnds(descriptor);
}

/** Replaces the near address of a socket with two ends. */
export function setSourceAddress(descriptor: Descriptor, address: Uint8Array): void {
  copy(address, 0, address.length, memoryOf(descriptor), V4.source);
  refreshEnds(descriptor);
}

/** Replaces the far address of a socket with two ends. */
export function setDestinationAddress(descriptor: Descriptor, address: Uint8Array): void {
  const layout = address.length === 4 ? V4 : V6;
  copy(address, 0, address.length, memoryOf(descriptor), layout.destination);
  refreshEnds(descriptor);
}

/** Changes the kind of a socket; what is known of its ends is read as that kind from now on. */
export function becomeType(descriptor: Descriptor, type: number): void {
  if (descriptor.type === type) return;
  descriptor.type = type;
  memoryOf(descriptor);
  refreshEnds(descriptor);
}

/** Brings the addresses, ports and protocol that fields read in line with the memory, after it or the type changed. */
export function refreshEnds(descriptor: Descriptor): void {
  const memory = descriptor.socket;
  if (memory === undefined) return;
  switch (descriptor.type) {
    case DescriptorType.ipv4Socket:
    case DescriptorType.ipv6Socket: {
      const layout = descriptor.type === DescriptorType.ipv4Socket ? V4 : V6;
      const { sourceAddress, destinationAddress } = descriptor;
      descriptor.sourceAddress = addressIn(memory, layout.source, layout.length, sourceAddress);
      descriptor.destinationAddress = addressIn(
        memory,
        layout.destination,
        layout.length,
        destinationAddress,
      );
      descriptor.sourcePort = read16(memory, layout.sourcePort);
      descriptor.destinationPort = read16(memory, layout.destinationPort);
      descriptor.protocol = memory[layout.protocol] as number;
      break;
    }
    case DescriptorType.ipv4ServerSocket:
    case DescriptorType.ipv6ServerSocket: {
      const layout = descriptor.type === DescriptorType.ipv4ServerSocket ? V4_LISTENING : V6_LISTENING;
      descriptor.sourceAddress = addressIn(memory, 0, layout.length, descriptor.sourceAddress);
      descriptor.sourcePort = read16(memory, layout.port);
      descriptor.destinationAddress = NO_ADDRESS;
      descriptor.destinationPort = 0;
      descriptor.protocol = memory[layout.protocol] as number;
      break;
    }
    case DescriptorType.unixSocket: {
      const data = new DataView(memory.buffer, memory.byteOffset, SIZE);
      descriptor.unixSource = data.getBigUint64(0, true);
      descriptor.unixDestination = data.getBigUint64(8, true);
      break;
    }
    default:
  }
}

/** The name of an IPv4 or IPv6 socket with two ends: `address:port->address:port`, or without ports for ICMP and raw. */
export function socketText(descriptor: Descriptor): string {
  const memory = memoryOf(descriptor);
  const { protocol } = descriptor;
  if (descriptor.type === DescriptorType.ipv4Socket) {
    if (protocol === Protocol.tcp || protocol === Protocol.udp) return tupleText(memory, V4);
    if (protocol === Protocol.icmp || protocol === Protocol.raw) {
      return `${ipv4Text(memory, V4.source)}->${ipv4Text(memory, V4.destination)}`;
    }
    return '<unknown>';
  }
  const isMapped = isIpv4Mapped(memory, V6.source) && isIpv4Mapped(memory, V6.destination);
  if (protocol === Protocol.tcp || protocol === Protocol.udp) {
    if (!isMapped) return ipv6TupleText(memory, V6);
    const source = ipv4Text(memory, V6.source + 12);
    const destination = ipv4Text(memory, V6.destination + 12);
    return `${source}:${read16(memory, V4.sourcePort)}->${destination}:${read16(memory, V4.destinationPort)}`;
  }
  if (protocol !== Protocol.icmp) return '<unknown>';
  if (!isMapped) return `${ipv6Text(memory, V6.source)}->${ipv6Text(memory, V6.destination)}`;
  return `${ipv4Text(memory, V6.source + 12)}->${ipv4Text(memory, V6.destination + 12)}`;
}

/** Both ends of an IPv4 or IPv6 socket with their ports, whatever its protocol. */
export function endsText(descriptor: Descriptor): string {
  const memory = memoryOf(descriptor);
  return descriptor.type === DescriptorType.ipv4Socket ? tupleText(memory, V4) : ipv6TupleText(memory, V6);
}

/** The tuple of 4-byte addresses whose parts lie in `bytes` at those places, written out. */
export function tupleText(bytes: Uint8Array, places: TuplePlaces): string {
  const source = `${ipv4Text(bytes, places.source)}:${read16(bytes, places.sourcePort)}`;
  return `${source}->${ipv4Text(bytes, places.destination)}:${read16(bytes, places.destinationPort)}`;
}

/** The same for 16-byte addresses. */
export function ipv6TupleText(bytes: Uint8Array, places: TuplePlaces): string {
  const source = `${ipv6Text(bytes, places.source)}:${read16(bytes, places.sourcePort)}`;
  return `${source}->${ipv6Text(bytes, places.destination)}:${read16(bytes, places.destinationPort)}`;
}

/** The name of a listening socket: `address:port`. */
export function listeningText(descriptor: Descriptor): string {
  const memory = memoryOf(descriptor);
  return descriptor.type === DescriptorType.ipv4ServerSocket
    ? `${ipv4Text(memory, 0)}:${read16(memory, V4_LISTENING.port)}`
    : `${ipv6Text(memory, 0)}:${read16(memory, V6_LISTENING.port)}`;
}

/**
 * Decides which end of a connection a process is, from the ports that its other sockets use: it serves when it
 * listens on the far port and connects from nowhere near; where both speak, whoever reads first serves.
 */
export function guessRole(descriptor: Descriptor, process: Process, isIncoming: boolean): void {
  const memory = memoryOf(descriptor);
  // libsinsp looks at the IPv4 places whatever the family.
  const nearPort = read16(memory, V4.sourcePort);
  const farPort = read16(memory, V4.destinationPort);
  if (!isBoundTo(process, farPort)) descriptor.flags |= DescriptorFlag.roleClient;
  else if (!connectsFrom(process, nearPort)) descriptor.flags |= DescriptorFlag.roleServer;
  else if (hasNoRole(descriptor)) {
    descriptor.flags |= isIncoming ? DescriptorFlag.roleServer : DescriptorFlag.roleClient;
  }
}

function isBoundTo(process: Process, port: number): boolean {
  for (const [, { type, sourcePort, destinationPort }] of process.descriptors.entries()) {
    if (type === DescriptorType.ipv4Socket && destinationPort === port) return true;
    if (type === DescriptorType.ipv4ServerSocket && sourcePort === port) return true;
  }
  return false;
}

function connectsFrom(process: Process, port: number): boolean {
  for (const [, { type, sourcePort }] of process.descriptors.entries()) {
    if (type === DescriptorType.ipv4Socket && sourcePort === port) return true;
  }
  return false;
}
