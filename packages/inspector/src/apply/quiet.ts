import { eventTypeOfSymbol, eventTypes, HEADER_LENGTH, Step } from '@seawall/events';
import { Learning, verdictsOn } from '../descriptor/verdicts.ts';
import type { Process } from '../process/process.ts';
import { changesDescriptors } from './close.ts';
import { Behaviour, behaviours, descriptorParameters, handlers } from './dispatch.ts';
import { inferringTypes, transferTuples } from './transfer.ts';

/* Telling, before an event is applied, that applying it would change nothing: nine in ten events of a busy machine. */

const CONTROL = eventTypeOfSymbol('SYSCALL_FCNTL_X').id;
const CONTROL_COMMAND = 2;

/*
 * Copies for the hot path: what is imported is looked up in its module with every use, while a constant of this module
 * stands in the optimised code as it is.
 */
const HEADER = HEADER_LENGTH;
const { withoutTuple: WITHOUT_TUPLE, withTuple: WITH_TUPLE } = Learning;
const descriptorIndexes = descriptorParameters;
const isInferring = inferringTypes;

/** Stands in `tuples` for a type that is no transfer. */
const NO_TRANSFER = -2;
/** `transferTuples` for the hot path: one byte each. */
const tuples = Int8Array.from(eventTypes, ({ id }) => transferTuples[id] ?? NO_TRANSFER);

/**
 * By type id: `count` where events of the type can neither change the tables nor be told from their absence later (kept
 * enter events are the exception: any exit ends them), `ask` where `isQuietCall` can tell, `visit` for the others.
 */
export const idleSteps: Uint8Array = Uint8Array.from(eventTypes, ({ id, isEnter, hasLargePayload }) => {
  if (!hasLargePayload && (tuples[id] !== NO_TRANSFER || id === CONTROL)) return Step.ask;
  const isSwitch = ((behaviours[id] as number) & Behaviour.isSwitch) !== 0;
  // The start of a call is remembered for its end; a switch between threads is no call.
  return handlers[id] === undefined && (isSwitch || !isEnter) ? Step.count : Step.visit;
});

/**
 * Whether the event leaves the tables as they are; for types whose step is not `visit`.
 * @param process the thread that the event belongs to.
 * @param event where its header starts in `data`.
 */
export function isQuietCall(process: Process, data: DataView, event: number, type: number): boolean {
  const tuple = tuples[type] as number;
  if (tuple === NO_TRANSFER) return type !== CONTROL || isQuietControl(data, event);
  const parameter = descriptorIndexes[type] as number;
  const count = data.getUint32(event + 22, true);
  if (parameter >= count || tuple >= count) return false;
  const lengths = event + HEADER;
  let start = lengths + count * 2;
  for (let index = 0; index < parameter; index++) start += data.getUint16(lengths + index * 2, true);
  if (data.getUint16(lengths + parameter * 2, true) < 8) return false;
  const descriptor = process.descriptors.get(data.getInt32(start, true));
  // Only numbers beyond 31 bits, which no descriptor has, have another upper half than 0.
  if (data.getInt32(start + 4, true) !== 0) return false;
  if (descriptor === undefined) return isInferring[type] === 0;
  const hasTuple = tuple >= 0 && data.getUint16(lengths + tuple * 2, true) > 0;
  return (verdictsOn(descriptor).learnsFrom & (hasTuple ? WITH_TUPLE : WITHOUT_TUPLE)) === 0;
}

/** Whether a call of fcntl neither makes a descriptor nor changes one. */
function isQuietControl(data: DataView, event: number): boolean {
  const count = data.getUint32(event + 22, true);
  if (count <= CONTROL_COMMAND) return false;
  const lengths = event + HEADER;
  const start = lengths + count * 2 + data.getUint16(lengths, true) + data.getUint16(lengths + 2, true);
  return data.getUint16(lengths + 4, true) > 0 && !changesDescriptors(data.getUint8(start));
}
