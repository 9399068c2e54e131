import { type EventView, parameterLength } from '@seawall/events';
import { areEqual, isIpv4Mapped } from '../descriptor/address.ts';
import { hasNoRole, isServer, setConnected } from '../descriptor/create.ts';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';
import { DescriptorFlag, Family } from '../descriptor/flags.ts';
import {
  becomeType,
  isUdp,
  setDestination,
  setEnds,
  setUnixEnds,
  socketText,
  swapEnds,
} from '../descriptor/socket.ts';
import {
  isAddressValid,
  isMappedTuple,
  isTupleValid,
  mappedPlacesOf,
  pathText,
  placesOf,
  unixText,
  writeAddress,
  writeTuple,
} from '../descriptor/tuple.ts';
import { enterEventOf } from './enter-event.ts';
import { resultOf, startOf } from './parameters.ts';
import type { Handlers, State } from './state.ts';

/** What connect(2) returns for a connection that is still being made. */
const IN_PROGRESS = -115;

/** A tuple whose far end is taken from elsewhere. */
const scratch = new Uint8Array(37);

export const connectHandlers: Handlers = { SOCKET_CONNECT_X: applyConnect };

function applyConnect(state: State, view: EventView): void {
  const { process, descriptor } = state.context;
  if (process === undefined || descriptor === undefined) return;
  const result = resultOf(view);
  if (result < 0 && result !== IN_PROGRESS) return;
  setConnected(descriptor);
  const enterEvent = enterEventOf(process, view);
  const asked = enterEvent !== undefined && isAddressAt(enterEvent, 1) ? enterEvent : undefined;
  const length = parameterLength(view, 1);
  if (length === 0) {
    // A TCP fast open has no connection to tell of yet.
    if (asked !== undefined) useAddress(descriptor, asked);
    return;
  }
  const start = startOf(view, 1);
  if (!isTupleValid(view.bytes, start, length)) return;
  useTuple(descriptor, view, start, length, asked);
}

function isAddressAt(view: EventView, index: number): boolean {
  return isAddressValid(view.bytes, startOf(view, index), parameterLength(view, index));
}

/** All there is to know of the far end is what the caller asked for. */
function useAddress(descriptor: Descriptor, enterEvent: EventView): void {
  const { bytes } = enterEvent;
  const start = startOf(enterEvent, 1);
  const family = bytes[start];
  if (family === Family.ipv4) {
    becomeType(descriptor, DescriptorType.ipv4Socket);
    setDestination(descriptor, 4, bytes, start + 1, start + 5);
  } else if (family === Family.ipv6 && isIpv4Mapped(bytes, start + 1)) {
    becomeType(descriptor, DescriptorType.ipv4Socket);
    setDestination(descriptor, 4, bytes, start + 13, start + 17);
  } else if (family === Family.ipv6) {
    becomeType(descriptor, DescriptorType.ipv6Socket);
    setDestination(descriptor, 16, bytes, start + 1, start + 17);
  } else descriptor.name = writeAddress(bytes, start, parameterLength(enterEvent, 1));
}

function useTuple(
  descriptor: Descriptor,
  view: EventView,
  start: number,
  length: number,
  asked: EventView | undefined,
): void {
  const family = view.bytes[start];
  if (family === Family.ipv4 || family === Family.ipv6) {
    const isAsked = asked !== undefined && isTupleAsCalled(view, start, asked);
    const bytes = isAsked ? withDestination(view, start, asked) : view.bytes;
    const from = isAsked ? 0 : start;
    const isChanged = setConnectedEnds(descriptor, bytes, from);
    // A connect of a UDP socket that serves: the far end is its client.
    if (isChanged && isServer(descriptor) && isUdp(descriptor)) swapEnds(descriptor);
    descriptor.name = socketText(descriptor);
  } else {
    if (descriptor.type !== DescriptorType.unixSocket) return;
    if (family !== Family.unix) return;
    const path = unixPath(view, start, length, asked);
    setUnixEnds(descriptor, view.bytes, start + 1);
    descriptor.name = unixText(descriptor.unixSource, descriptor.unixDestination, path);
  }
  if (hasNoRole(descriptor)) descriptor.flags |= DescriptorFlag.roleClient;
}

function setConnectedEnds(descriptor: Descriptor, bytes: Uint8Array, start: number): boolean {
  if (bytes[start] === Family.ipv4) {
    becomeType(descriptor, DescriptorType.ipv4Socket);
    return setEnds(descriptor, 4, bytes, placesOf(start, 4));
  }
  if (isMappedTuple(bytes, start)) {
    becomeType(descriptor, DescriptorType.ipv4Socket);
    return setEnds(descriptor, 4, bytes, mappedPlacesOf(start));
  }
  becomeType(descriptor, DescriptorType.ipv6Socket);
  return setEnds(descriptor, 16, bytes, placesOf(start, 16));
}

/**
 * Whether the tuple's far end is just what stood in the caller's memory when the call returned, which the caller
 * may have changed meanwhile, and not what the kernel connected to: then what it asked for counts.
 */
function isTupleAsCalled(view: EventView, start: number, asked: EventView): boolean {
  const { bytes } = view;
  const family = bytes[start];
  if (!isAddressAt(view, 3) || asked.bytes[startOf(asked, 1)] !== family) return false;
  const address = startOf(view, 3);
  if (bytes[address] !== family) return false;
  const length = family === Family.ipv4 ? 4 : 16;
  // In both, the port follows the address.
  return areEqual(bytes, start + 3 + length, bytes, address + 1, length + 2);
}

function withDestination(view: EventView, start: number, asked: EventView): Uint8Array {
  const length = view.bytes[start] === Family.ipv4 ? 4 : 16;
  for (let index = 0; index < 3 + length; index++) scratch[index] = view.bytes[start + index] as number;
  const from = startOf(asked, 1) + 1;
  for (let index = 0; index < length + 2; index++) {
    scratch[3 + length + index] = asked.bytes[from + index] as number;
  }
  return scratch;
}

function unixPath(view: EventView, start: number, length: number, asked: EventView | undefined): string {
  const path = pathText(view.bytes, start + 17, start + length);
  if (asked === undefined || !isAddressAt(view, 3)) return path;
  const returned = startOf(view, 3);
  const askedStart = startOf(asked, 1);
  if (view.bytes[returned] !== Family.unix || asked.bytes[askedStart] !== Family.unix) return path;
  if (pathText(view.bytes, returned + 1, returned + parameterLength(view, 3)) !== path) return path;
  return pathText(asked.bytes, askedStart + 1, askedStart + parameterLength(asked, 1));
}

/** The tuple's text, for names that are just that. */
export function tupleName(view: EventView, index: number): string {
  return writeTuple(view.bytes, startOf(view, index), parameterLength(view, index));
}
