import { type EventView, eventTypes, hasValue, parameterLength, readInt64Number } from '@seawall/events';
import { hasNoRole, isClient, isServer, setConnected } from '../descriptor/create.ts';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';
import { Family, Protocol } from '../descriptor/flags.ts';
import {
  becomeType,
  guessRole,
  isTcp,
  keepListeningProtocol,
  setEnds,
  setProtocol,
  setUnixEnds,
  socketText,
  swapEnds,
} from '../descriptor/socket.ts';
import { isMappedTuple, isTupleValid, mappedPlacesOf, placesOf } from '../descriptor/tuple.ts';
import type { Process } from '../process/process.ts';
import { tupleName } from './connect.ts';
import { resultOf, startOf } from './parameters.ts';
import { openSocket } from './socket.ts';
import type { Handler, Handlers, State } from './state.ts';

/* Reading and writing: what passes over a socket tells of its ends, where the connection was not seen. */

const NO_TUPLE = -1;
/** Where the exit events of the send family hold the descriptor and the tuple. */
const SENT_DESCRIPTOR = 2;
const SENT_TUPLE = 4;

/** Exit events of transfers to the thread, with the parameter that holds the tuple. */
const RECEIVING: Readonly<Record<string, number>> = {
  SYSCALL_READ_X: NO_TUPLE,
  SYSCALL_READV_X: NO_TUPLE,
  SYSCALL_PREAD_X: NO_TUPLE,
  SYSCALL_PREADV_X: NO_TUPLE,
  SOCKET_RECV_X: 4,
  SOCKET_RECVFROM_X: 2,
  SOCKET_RECVMSG_X: 3,
  SOCKET_RECVMMSG_X: 4,
};

/** Exit events of transfers from the thread, with the parameter that holds the tuple. */
const SENDING: Readonly<Record<string, number>> = {
  SYSCALL_WRITE_X: NO_TUPLE,
  SYSCALL_WRITEV_X: NO_TUPLE,
  SYSCALL_PWRITE_X: NO_TUPLE,
  SYSCALL_PWRITEV_X: NO_TUPLE,
  SOCKET_SEND_X: SENT_TUPLE,
  SOCKET_SENDTO_X: SENT_TUPLE,
  SOCKET_SENDMSG_X: SENT_TUPLE,
  SOCKET_SENDMMSG_X: SENT_TUPLE,
};

/** Those that can tell of a socket whose making was missed. */
const INFERRING: ReadonlySet<string> = new Set(['SOCKET_SEND_X', 'SOCKET_SENDTO_X', 'SOCKET_SENDMSG_X']);

export const transferHandlers: Handlers = Object.fromEntries([
  ...Object.entries(RECEIVING).map(([symbol, tuple]): [string, Handler] => [symbol, received(tuple)]),
  ...Object.entries(SENDING).map(([symbol, tuple]): [string, Handler] => [
    symbol,
    INFERRING.has(symbol) ? sentOverAny : sent(tuple),
  ]),
]);

/** By type id: which parameter of a transfer holds the tuple, -1 none; undefined for what is no transfer. */
export const transferTuples: readonly (number | undefined)[] = eventTypes.map(({ symbol }) => {
  const name = symbol.replace('PPME_', '');
  return RECEIVING[name] ?? SENDING[name];
});

/** By type id: 1 for transfers that can tell of a socket whose making was missed. */
export const inferringTypes: Uint8Array = Uint8Array.from(eventTypes, ({ symbol }) =>
  Number(INFERRING.has(symbol.replace('PPME_', ''))),
);

function received(tupleIndex: number): Handler {
  return (state, view) => transfer(state, view, tupleIndex, true);
}

function sent(tupleIndex: number): Handler {
  return (state, view) => transfer(state, view, tupleIndex, false);
}

/** Who sends over an unknown descriptor has a socket whose making was missed: most likely of UDP. */
function sentOverAny(state: State, view: EventView): void {
  if (state.context.descriptor === undefined) inferSocket(state, view);
  transfer(state, view, SENT_TUPLE, false);
}

function inferSocket(state: State, view: EventView): void {
  const { process } = state.context;
  if (process === undefined || resultOf(view) < 0 || !hasValue(view, SENT_TUPLE)) return;
  const family = view.bytes[startOf(view, SENT_TUPLE)] as number;
  if (family !== Family.ipv4 && family !== Family.ipv6) return;
  openSocket(state, process, readInt64Number(view, SENT_DESCRIPTOR), family, Protocol.udp, 0);
}

function transfer(state: State, view: EventView, tupleIndex: number, isIncoming: boolean): void {
  const { process, descriptor } = state.context;
  if (process === undefined || descriptor === undefined) return;
  const { type } = descriptor;
  const isConnection = type === DescriptorType.ipv4Socket || type === DescriptorType.ipv6Socket;
  if (!isConnection && tupleIndex === NO_TUPLE) return;
  if (resultOf(view) < 0) return;
  if (isConnection) setConnected(descriptor);
  if (tupleIndex === NO_TUPLE || (descriptor.name !== '' && isTcp(descriptor))) return;
  if (learnEnds(state, descriptor, view, tupleIndex)) {
    nameAfterTransfer(process, descriptor, view, tupleIndex, isIncoming);
  }
}

function nameAfterTransfer(
  process: Process,
  descriptor: Descriptor,
  view: EventView,
  tupleIndex: number,
  isIncoming: boolean,
): void {
  const { type } = descriptor;
  if (type !== DescriptorType.ipv4Socket && type !== DescriptorType.ipv6Socket) {
    descriptor.name = tupleName(view, tupleIndex);
    return;
  }
  if (hasNoRole(descriptor)) guessRole(descriptor, process, isIncoming);
  // The tuple goes from sender to receiver; a connection goes from client to server.
  if (isIncoming ? isClient(descriptor) : isServer(descriptor)) swapEnds(descriptor);
  descriptor.name = socketText(descriptor);
}

/** @returns whether the tuple told something new. */
function learnEnds(state: State, descriptor: Descriptor, view: EventView, index: number): boolean {
  const { bytes } = view;
  const start = startOf(view, index);
  if (!isTupleValid(bytes, start, parameterLength(view, index))) return false;
  const family = bytes[start];
  if (family === Family.ipv4) {
    if (descriptor.type === DescriptorType.ipv4ServerSocket) keepListeningProtocol(descriptor);
    becomeType(descriptor, DescriptorType.ipv4Socket);
    if (!setEnds(descriptor, 4, bytes, placesOf(start, 4))) return false;
  } else if (family === Family.ipv6) {
    if (isMappedTuple(bytes, start)) {
      becomeType(descriptor, DescriptorType.ipv4Socket);
      if (!setEnds(descriptor, 4, bytes, mappedPlacesOf(start))) return false;
    } else if (!setEnds(descriptor, 16, bytes, placesOf(start, 16))) return false;
  } else if (family === Family.unix) {
    becomeType(descriptor, DescriptorType.unixSocket);
    setUnixEnds(descriptor, bytes, start + 1);
    return true;
  }
  // TCP would not let an end change in the middle.
  if (descriptor.protocol === Protocol.unknown) setProtocol(descriptor, Protocol.udp);
  state.interfaces.complete(descriptor);
  return true;
}
