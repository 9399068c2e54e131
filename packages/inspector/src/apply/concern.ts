import {
  EVENT_TYPE_COUNT,
  type EventView,
  eventTypeOfSymbol,
  eventTypes,
  parameterLength,
  readUint8,
} from '@seawall/events';
import { isConnected } from '../descriptor/create.ts';
import { DescriptorType } from '../descriptor/descriptor.ts';
import { isTcp } from '../descriptor/socket.ts';
import type { Process } from '../process/process.ts';
import { changesDescriptors } from './close.ts';
import { Behaviour, behaviours, descriptorParameters, handlers } from './dispatch.ts';
import { descriptorAt } from './parameters.ts';
import { inferringTypes, transferTuples } from './transfer.ts';

/* Telling, before an event is applied, that applying it would change nothing: nine in ten events of a busy machine. */

const CONTROL = eventTypeOfSymbol('SYSCALL_FCNTL_X').id;
const CONTROL_COMMAND = 2;

/**
 * By type id: 1 where events of the type can neither change the tables nor be told from their absence later. Kept
 * enter events are the exception: any exit ends them.
 */
export const idleTypes: Uint8Array = Uint8Array.from(eventTypes, ({ id, isEnter }) => {
  const isSwitch = ((behaviours[id] as number) & Behaviour.isSwitch) !== 0;
  // The start of a call is remembered for its end; a switch between threads is no call.
  return Number(handlers[id] === undefined && (isSwitch || !isEnter));
});

/**
 * Whether the event may change the tables.
 * @param process the thread that the event belongs to.
 */
export function concernsTables(view: EventView, process: Process): boolean {
  const { type } = view;
  if (type >= EVENT_TYPE_COUNT) return true;
  if (type === CONTROL) return changesDescriptors(readUint8(view, CONTROL_COMMAND));
  return transferTuples[type] === undefined ? idleTypes[type] === 0 : teaches(view, process, type);
}

/** Whether a transfer tells something new of the descriptor that it goes over: a connection, its ends. */
function teaches(view: EventView, process: Process, type: number): boolean {
  const descriptor = process.descriptors.get(descriptorAt(view, descriptorParameters[type] as number));
  if (descriptor === undefined) return inferringTypes[type] === 1;
  const tuple = transferTuples[type] as number;
  const hasTuple = tuple >= 0 && parameterLength(view, tuple) > 0;
  const isConnection =
    descriptor.type === DescriptorType.ipv4Socket || descriptor.type === DescriptorType.ipv6Socket;
  if (!isConnection) return hasTuple;
  if (!isConnected(descriptor)) return true;
  return hasTuple && !(descriptor.name !== '' && isTcp(descriptor));
}
