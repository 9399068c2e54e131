import {
  byteStringAt,
  type EventView,
  readToldDescriptor,
  type ToldDescriptor,
  textEnd,
  typeOfAnonymousInode,
} from '@seawall/events';
import { isIpv4Mapped } from '../descriptor/address.ts';
import { createDescriptor, setConnected } from '../descriptor/create.ts';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';
import { DescriptorFlag, Family, OpenFlag, Protocol } from '../descriptor/flags.ts';
import {
  listeningText,
  resetSocket,
  setEnds,
  setListening,
  setUnixEnds,
  socketText,
} from '../descriptor/socket.ts';
import {
  isMappedTuple,
  isTupleValid,
  mappedPlacesOf,
  pathText,
  placesOf,
  portAt,
  unixText,
} from '../descriptor/tuple.ts';
import { transportOf } from './socket.ts';
import type { State } from './state.ts';

/* Descriptors that the probe tells of by themselves: those that came over a socket. Names are as /proc writes them. */

const FORMAT = 0o170000;
const DIRECTORY = 0o040000;
const PIPE = 0o010000;
const SOCKET = 0o140000;

/** Numbers of file systems that have no paths. */
const ANONYMOUS_INODES = 0x0904_1934;
const PIDFDS = 0x5049_4446;

const SLASH = 0x2f;
const MEMFD = 'memfd:';

/** Takes in what the event tells; nothing where its thread is not known or it makes no sense. */
export function applyToldDescriptor(state: State, view: EventView): void {
  const told = readToldDescriptor(view);
  if (told === undefined) return;
  const process = state.processes.find(told.thread);
  if (process === undefined || process.isDead) return;
  const descriptor = (told.mode & FORMAT) === SOCKET ? socketOf(state, view, told) : fileOf(view, told);
  descriptor.inode = told.inode;
  descriptor.openFlags =
    descriptor.type === DescriptorType.fileV2 || descriptor.type === DescriptorType.directory
      ? told.openFlags
      : told.openFlags & OpenFlag.closeOnExec;
  process.descriptors.set(told.fd, descriptor);
}

/** What leads to anything but a socket. */
function fileOf({ bytes }: EventView, told: ToldDescriptor): Descriptor {
  const { mode, fileSystem, inode, start, length, openFlags } = told;
  const text = byteStringAt(bytes, start, textEnd(bytes, start, start + length));
  const hasPath = bytes[start] === SLASH && text.length > 1;
  if (fileSystem === PIDFDS) return named(DescriptorType.pidfd, 'anon_inode:[pidfd]');
  if (fileSystem === ANONYMOUS_INODES) return named(typeOfAnonymousInode(text), `anon_inode:${text}`);
  if ((mode & FORMAT) === PIPE) return named(DescriptorType.fifo, hasPath ? text : `pipe:[${inode}]`);
  if (text.startsWith(MEMFD)) return named(DescriptorType.memfd, `/${text} (deleted)`);
  if ((mode & FORMAT) === DIRECTORY) return withDevice(named(DescriptorType.directory, text), told);
  // What has no place in a file system (of namespaces, for example) has no name that would be a path.
  const descriptor = withDevice(named(DescriptorType.fileV2, hasPath ? text : ''), told);
  if ((openFlags & OpenFlag.isUpperLayer) !== 0) descriptor.flags |= DescriptorFlag.isOverlayUpper;
  if ((openFlags & OpenFlag.isLowerLayer) !== 0) descriptor.flags |= DescriptorFlag.isOverlayLower;
  return descriptor;
}

function named(type: number, name: string): Descriptor {
  const descriptor = createDescriptor(type);
  descriptor.name = name;
  return descriptor;
}

function withDevice(descriptor: Descriptor, { device }: ToldDescriptor): Descriptor {
  descriptor.device = device;
  return descriptor;
}

function socketOf(state: State, { bytes }: EventView, told: ToldDescriptor): Descriptor {
  const { family, inode, start, length, socketType, protocol } = told;
  if (family === Family.netlink) return createDescriptor(DescriptorType.netlink);
  const isKnown = family === Family.ipv4 || family === Family.ipv6 || family === Family.unix;
  if (!isKnown || bytes[start] !== family || !isTupleValid(bytes, start, length)) {
    return named(DescriptorType.unsupported, `socket:[${inode}]`);
  }
  if (family === Family.unix) return unixOf(bytes, told);
  return internetOf(state, bytes, told, transportOf(socketType, protocol));
}

/** Named by the path that it is bound to, or that its far end is. */
function unixOf(bytes: Uint8Array, { start, length, isServer }: ToldDescriptor): Descriptor {
  const descriptor = createDescriptor(DescriptorType.unixSocket);
  setUnixEnds(descriptor, bytes, start + 1);
  const path = pathText(bytes, start + 17, start + length);
  const { unixSource, unixDestination } = descriptor;
  const isConnected = unixSource !== 0n && unixDestination !== 0n;
  descriptor.name = isConnected ? unixText(unixSource, unixDestination, path) : path;
  descriptor.flags = isServer ? DescriptorFlag.roleServer : DescriptorFlag.roleClient;
  if (isConnected) setConnected(descriptor);
  return descriptor;
}

/**
 * With two ends a connection; with a near one alone what a bound socket is; without any just a socket. Who serves is the
 * tuple's second end.
 */
function internetOf(
  state: State,
  bytes: Uint8Array,
  { start, family, isServer }: ToldDescriptor,
  protocol: number,
): Descriptor {
  const size = family === Family.ipv4 ? 4 : 16;
  const isMapped = size === 16 && isMappedTuple(bytes, start);
  const { sourcePort, destinationPort, source, destination } = placesOf(start, size);
  const near = isServer ? destination : source;
  const nearPort = isServer ? destinationPort : sourcePort;
  const farPort = isServer ? sourcePort : destinationPort;
  const hasPorts = protocol === Protocol.tcp || protocol === Protocol.udp;
  const descriptor = createDescriptor(
    size === 4 || isMapped ? DescriptorType.ipv4Socket : DescriptorType.ipv6Socket,
  );
  resetSocket(descriptor, protocol);
  if (!hasPorts || (portAt(bytes, nearPort) === 0 && portAt(bytes, farPort) === 0)) return descriptor;
  if (portAt(bytes, farPort) === 0) {
    if (size === 4) setListening(descriptor, 4, bytes, near, nearPort, protocol);
    else if (isIpv4Mapped(bytes, near)) setListening(descriptor, 4, bytes, near + 12, nearPort, protocol);
    else setListening(descriptor, 16, bytes, near, nearPort, protocol);
    descriptor.name = listeningText(descriptor);
    descriptor.flags = DescriptorFlag.roleServer;
    return descriptor;
  }
  setEnds(
    descriptor,
    isMapped || size === 4 ? 4 : 16,
    bytes,
    isMapped ? mappedPlacesOf(start) : placesOf(start, size),
  );
  descriptor.flags = isServer ? DescriptorFlag.roleServer : DescriptorFlag.roleClient;
  setConnected(descriptor);
  state.interfaces.complete(descriptor);
  descriptor.name = socketText(descriptor);
  return descriptor;
}
