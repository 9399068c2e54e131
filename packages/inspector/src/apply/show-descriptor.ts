import { eventTypes, HEADER_LENGTH } from '@seawall/events';
import type { EventContext } from '../context.ts';
import type { Descriptor } from '../descriptor/descriptor.ts';
import type { Process } from '../process/process.ts';
import { Behaviour, behaviours, descriptorParameters } from './dispatch.ts';
import { belongTogether } from './enter-event.ts';
import { lookUpDescriptor } from './state.ts';

/* Copies for the hot path: see `quiet.ts`. */
const HEADER = HEADER_LENGTH;
const descriptorIndexes = descriptorParameters;

const ABOUT_NONE = 0;
const ABOUT_ONE = 1;
/** What only applying the event tells. */
const UNTOLD = 2;

const kinds: Uint8Array = Uint8Array.from(eventTypes, ({ id, isEnter, hasLargePayload }) => {
  const behaviour = behaviours[id] as number;
  if (isEnter || hasLargePayload || (behaviour & Behaviour.detached) !== 0) return UNTOLD;
  return (behaviour & Behaviour.usesDescriptor) !== 0 ? ABOUT_ONE : ABOUT_NONE;
});

/**
 * Lets the context say, as `apply` would, of which thread an event is that leaves the tables as they are, and which
 * descriptor it is about; of the event itself the context's view then shows the type, and nothing else.
 * @param process the thread that the event belongs to.
 * @param event where its header starts in `data`.
 * @returns false where that can't be told without applying the event.
 */
export function showDescriptor(
  context: EventContext,
  process: Process,
  data: DataView,
  event: number,
  type: number,
): boolean {
  const kind = kinds[type];
  if (kind === UNTOLD) return false;
  const number = kind === ABOUT_ONE ? numberIn(data, event, descriptorIndexes[type] as number) : -1;
  return showNumbered(context, process, number, lookUpDescriptor(process, number), type);
}

/** `showDescriptor` for an event of which is known already which descriptor it names. */
export function showNumbered(
  context: EventContext,
  process: Process,
  number: number,
  descriptor: Descriptor | undefined,
  type: number,
): boolean {
  // The start of the call may have told of another descriptor.
  if (belongTogether(process.bookkeeping.lastEnterType, type)) return false;
  if (context.process !== process) context.process = process;
  if (context.container !== process.container) context.container = process.container;
  const oldName = descriptor === undefined ? undefined : descriptor.oldName;
  if (context.descriptor !== descriptor) context.descriptor = descriptor;
  if (context.descriptorOldName !== oldName) context.descriptorOldName = oldName;
  context.descriptorNumber = number;
  context.view.type = type;
  return true;
}

/** The number of the descriptor that an event with lengths of two bytes is about; -1 where it names none. */
export function descriptorNumberIn(data: DataView, event: number, type: number): number {
  return numberIn(data, event, descriptorIndexes[type] as number);
}

function numberIn(data: DataView, event: number, index: number): number {
  const count = data.getUint32(event + 22, true);
  if (index < 0 || index >= count) return -1;
  let lengths = event + HEADER;
  let start = lengths + count * 2;
  for (let passed = 0; passed < index; passed++, lengths += 2) start += data.getUint16(lengths, true);
  // The lengths of a damaged event may point anywhere.
  if (data.getUint16(lengths, true) < 8 || start + 8 > data.byteLength) return -1;
  const low = data.getInt32(start, true);
  const high = data.getInt32(start + 4, true);
  return high === low >> 31 ? low : high * 0x1_0000_0000 + (low >>> 0);
}
