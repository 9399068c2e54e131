import { uint64At } from './integers.ts';
import { parameterLength, parameterStart } from './parameters.ts';
import type { EventView } from './view.ts';

/**
 * Name of the asynchronous event by which Seawall's probe tells what a descriptor is that no call told of, such as one that
 * came over a socket. Falco ignores it.
 */
export const DESCRIPTOR_TOLD = 'seawall_descriptor';

/** What such an event says, as native/received.h of the probe writes it. */
export interface ToldDescriptor {
  /** The thread that has the descriptor. */
  readonly thread: number;
  readonly fd: number;
  /** The inode's: its kind and permissions. */
  readonly mode: number;
  /** As in the flags of calls that open, in scap's numbering. */
  readonly openFlags: number;
  readonly device: number;
  readonly inode: number | bigint;
  /** The number by which the kernel knows a kind of file system. */
  readonly fileSystem: number;
  /** Of sockets, in Linux's numbers; 0 for anything else. */
  readonly family: number;
  readonly socketType: number;
  readonly protocol: number;
  /** Whether it is the end of a socket that others connect to. */
  readonly isServer: boolean;
  /** Where in the view's bytes a socket's tuple lies, or the path of anything else with its NUL. */
  readonly start: number;
  readonly length: number;
}

const DATA = 2;
const HEAD_LENGTH = 40;
const THREAD = 0;
const DESCRIPTOR = 4;
const MODE = 8;
const FLAGS = 12;
const DEVICE = 16;
const INODE = 20;
const FILE_SYSTEM = 28;
const FAMILY = 32;
const SOCKET_TYPE = 34;
const PROTOCOL = 36;
const IS_SERVER = 38;

/** Reads the asynchronous event of that name under the view; undefined where its data are too short for one. */
export function readToldDescriptor(view: EventView): ToldDescriptor | undefined {
  const length = parameterLength(view, DATA);
  if (length < HEAD_LENGTH) return undefined;
  const { data } = view;
  const start = parameterStart(view, DATA);
  return {
    thread: data.getUint32(start + THREAD, true),
    fd: data.getInt32(start + DESCRIPTOR, true),
    mode: data.getUint32(start + MODE, true),
    openFlags: data.getUint32(start + FLAGS, true),
    device: data.getUint32(start + DEVICE, true),
    inode: uint64At(data, start + INODE),
    fileSystem: data.getUint32(start + FILE_SYSTEM, true),
    family: data.getUint16(start + FAMILY, true),
    socketType: data.getUint16(start + SOCKET_TYPE, true),
    protocol: data.getUint16(start + PROTOCOL, true),
    isServer: data.getUint16(start + IS_SERVER, true) !== 0,
    start: start + HEAD_LENGTH,
    length: length - HEAD_LENGTH,
  };
}
