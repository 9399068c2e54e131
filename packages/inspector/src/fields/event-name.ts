import {
  eventTypeOfSymbol,
  eventTypes,
  hasValue,
  readUint16,
  syscallCodeOfNativeId,
  syscallNames,
} from '@seawall/events';
import type { EventContext } from '../context.ts';
import { textArgument } from './argument-text.ts';
import { EventTrait, hasTrait } from './event-facts.ts';

const GENERIC = eventTypeOfSymbol('GENERIC_X').id;
const ASYNCHRONOUS = eventTypeOfSymbol('ASYNCEVENT_E').id;

/**
 * The name that `evt.type` shows: the type's own, for calls without a type of their own the call's, for
 * asynchronous events the name that they carry.
 */
export function eventName(context: EventContext): string {
  const { view } = context;
  if (view.type === GENERIC) return genericCallName(context);
  return view.type === ASYNCHRONOUS ? textArgument(context, 1) : eventTypes[view.type]!.name;
}

/** The name of the event's system call; undefined for events that are none. */
export function syscallName(context: EventContext): string | undefined {
  const { view } = context;
  if (!hasTrait(view, EventTrait.isSyscall)) return undefined;
  return view.type === GENERIC ? genericCallName(context) : eventTypes[view.type]!.name;
}

/** What kind of asynchronous event it is; undefined for all others. */
export function asynchronousName(context: EventContext): string | undefined {
  return hasTrait(context.view, EventTrait.isMetaEvent) ? eventName(context) : undefined;
}

/** Captures of older programs may hold calls by the kernel's number that they had no code for, but we do. */
function genericCallName({ view }: EventContext): string {
  const code = readUint16(view, 0);
  const known = code === 0 && hasValue(view, 1) ? syscallCodeOfNativeId(readUint16(view, 1)) : code;
  return syscallNames[known] ?? '<NA>';
}
