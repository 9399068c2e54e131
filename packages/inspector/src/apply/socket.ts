import { type EventView, parameterLength, readInt32, readInt64Number, readUint32 } from '@seawall/events';
import { isIpv4Mapped } from '../descriptor/address.ts';
import { copyDescriptor, createDescriptor, setConnected } from '../descriptor/create.ts';
import { DescriptorType } from '../descriptor/descriptor.ts';
import { DescriptorFlag, Family, OpenFlag, Protocol } from '../descriptor/flags.ts';
import {
  becomeType,
  protocolInTuple,
  resetSocket,
  setEnds,
  setListening,
  setProtocol,
  setUnixEnds,
} from '../descriptor/socket.ts';
import {
  isAddressValid,
  isMappedTuple,
  isTupleValid,
  mappedPlacesOf,
  placesOf,
  portAt,
  writeAddress,
  writeTuple,
} from '../descriptor/tuple.ts';
import type { Process } from '../process/process.ts';
import { resultOf, startOf } from './parameters.ts';
import { type Handlers, openDescriptor, type State } from './state.ts';

/** Types and protocols of socket(2). */
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_TYPE_MASK = 0xff;
const IPPROTO_IP = 0;
const IPPROTO_ICMP = 1;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_RAW = 255;

export const socketHandlers: Handlers = {
  SOCKET_SOCKET_X(state, view) {
    const { process } = state.context;
    const fd = resultOf(view);
    if (process === undefined || fd < 0) return;
    const domain = readUint32(view, 1);
    const protocol = transportOf(readUint32(view, 2), readUint32(view, 3));
    openSocket(state, process, fd, domain, protocol, readUint32(view, 4));
  },
  SOCKET_SOCKETPAIR_X(state, view) {
    const { process } = state.context;
    if (process === undefined || resultOf(view) < 0) return;
    const first = readInt64Number(view, 1);
    const second = readInt64Number(view, 2);
    if (first === second) {
      state.context.descriptor = undefined;
      return;
    }
    const descriptor = createDescriptor(DescriptorType.unixSocket);
    if (parameterLength(view, 3) === 8 && parameterLength(view, 4) === 8) {
      setUnixEnds(descriptor, view.bytes, startOf(view, 3));
    }
    openDescriptor(state, process, second, copyDescriptor(descriptor));
    openDescriptor(state, process, first, descriptor);
    process.bookkeeping.lastDescriptor = second;
  },
  SOCKET_BIND_X: applyBind,
  SOCKET_ACCEPT_5_X: (state, view) => accept(state, view, 0),
  SOCKET_ACCEPT4_6_X: (state, view) => accept(state, view, readInt32(view, 5) & OpenFlag.closeOnExec),
};

/** The transport that a call of socket(2) chose, in scap's numbering. */
export function transportOf(type: number, protocol: number): number {
  const isRaw = type === SOCK_RAW;
  switch (protocol) {
    case IPPROTO_TCP:
      return isRaw ? Protocol.raw : Protocol.tcp;
    case IPPROTO_UDP:
      return isRaw ? Protocol.raw : Protocol.udp;
    case IPPROTO_ICMP:
      return isRaw ? Protocol.raw : Protocol.icmp;
    case IPPROTO_RAW:
      return Protocol.raw;
    case IPPROTO_IP:
      if ((type & SOCK_TYPE_MASK) === SOCK_STREAM) return Protocol.tcp;
      return (type & SOCK_TYPE_MASK) === SOCK_DGRAM ? Protocol.udp : Protocol.unknown;
    default:
      return Protocol.unknown;
  }
}

const TYPE_OF_FAMILY: ReadonlyMap<number, number> = new Map([
  [Family.unix, DescriptorType.unixSocket],
  [Family.ipv4, DescriptorType.ipv4Socket],
  [Family.ipv6, DescriptorType.ipv6Socket],
  [Family.netlink, DescriptorType.netlink],
]);

/** Adds a socket that has no ends yet. */
export function openSocket(
  state: State,
  process: Process,
  fd: number,
  family: number,
  protocol: number,
  flags: number,
): void {
  const descriptor = createDescriptor(TYPE_OF_FAMILY.get(family) ?? DescriptorType.unknown);
  descriptor.openFlags = flags;
  resetSocket(descriptor, protocol);
  openDescriptor(state, process, fd, descriptor);
}

/** A socket that is bound to a port is taken for a listening one. */
function applyBind(state: State, view: EventView): void {
  const { descriptor } = state.context;
  if (descriptor === undefined || resultOf(view) < 0) return;
  const { bytes } = view;
  const start = startOf(view, 1);
  const length = parameterLength(view, 1);
  if (!isAddressValid(bytes, start, length)) return;
  const family = bytes[start];
  if (family === Family.ipv4 && portAt(bytes, start + 5) > 0) {
    setListening(descriptor, 4, bytes, start + 1, start + 5, protocolInTuple(descriptor, 4));
    descriptor.flags |= DescriptorFlag.roleServer;
  } else if (family === Family.ipv6 && portAt(bytes, start + 17) > 0) {
    const protocol = protocolInTuple(descriptor, 16);
    if (isIpv4Mapped(bytes, start + 1)) setListening(descriptor, 4, bytes, start + 13, start + 17, protocol);
    else setListening(descriptor, 16, bytes, start + 1, start + 17, protocol);
    descriptor.flags |= DescriptorFlag.roleServer;
  }
  descriptor.name = writeAddress(bytes, start, length);
}

function accept(state: State, view: EventView, openFlags: number): void {
  const { process } = state.context;
  const fd = resultOf(view);
  if (process === undefined || fd < 0) return;
  process.bookkeeping.lastDescriptor = fd;
  const { bytes } = view;
  const start = startOf(view, 1);
  const length = parameterLength(view, 1);
  if (!isTupleValid(bytes, start, length)) return;
  const descriptor = createDescriptor(DescriptorType.uninitialized);
  const family = bytes[start];
  if (family === Family.ipv4) {
    setEnds(descriptor, 4, bytes, placesOf(start, 4));
    becomeType(descriptor, DescriptorType.ipv4Socket);
  } else if (family === Family.ipv6 && isMappedTuple(bytes, start)) {
    setEnds(descriptor, 4, bytes, mappedPlacesOf(start));
    becomeType(descriptor, DescriptorType.ipv4Socket);
  } else if (family === Family.ipv6) {
    setEnds(descriptor, 16, bytes, placesOf(start, 16));
    becomeType(descriptor, DescriptorType.ipv6Socket);
  } else if (family === Family.unix) {
    becomeType(descriptor, DescriptorType.unixSocket);
    setUnixEnds(descriptor, bytes, start + 1);
  } else return;
  setProtocol(descriptor, Protocol.tcp);
  descriptor.name = writeTuple(bytes, start, length);
  descriptor.openFlags = openFlags;
  descriptor.flags = DescriptorFlag.roleServer;
  setConnected(descriptor);
  openDescriptor(state, process, fd, descriptor);
}
