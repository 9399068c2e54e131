import { eventTypeOfSymbol, readUint32 } from '@seawall/events';
import type { EventContext } from '../context.ts';
import { hasResult, resultOf } from './event-facts.ts';

/** Flags of open(2) in scap's numbering: reading and writing are a bit each. */
const READ = 1 << 0;
const WRITE = 1 << 1;
const CREATE = 1 << 2;
const TEMPORARY = 1 << 13;
const CREATED = 1 << 14;
/** Any of the three bits of permission to execute. */
const EXECUTE = 0o111;

const OPEN = eventTypeOfSymbol('SYSCALL_OPEN_X').id;
const OPENAT = eventTypeOfSymbol('SYSCALL_OPENAT_2_X').id;
const OPENAT2 = eventTypeOfSymbol('SYSCALL_OPENAT2_X').id;
const OPEN_BY_HANDLE = eventTypeOfSymbol('SYSCALL_OPEN_BY_HANDLE_AT_X').id;
const CREAT = eventTypeOfSymbol('SYSCALL_CREAT_X').id;

/** Whether the event opens a file for reading. */
export function isOpenForReading({ view }: EventContext): boolean {
  const flags = flagsParameter(view.type);
  return flags >= 0 && (readUint32(view, flags) & READ) !== 0;
}

/** Whether the event opens a file for writing. */
export function isOpenForWriting({ view }: EventContext): boolean {
  const flags = flagsParameter(view.type);
  return flags >= 0 && (readUint32(view, flags) & WRITE) !== 0;
}

/** Whether the event opens a file and makes it by that. */
export function isOpenWithCreation({ view }: EventContext): boolean {
  const parameter = flagsParameter(view.type);
  if (parameter < 0) return false;
  const flags = readUint32(view, parameter);
  if ((flags & CREATED) !== 0) return true;
  return (flags & TEMPORARY) !== 0 && hasResult(view) && resultOf(view) >= 0;
}

/** Whether the event makes a file that someone may execute. */
export function isOpenWithExecution({ view }: EventContext): boolean {
  if (view.type === CREAT) return (readUint32(view, 2) & EXECUTE) !== 0;
  const parameter = flagsParameter(view.type);
  if (parameter < 0 || view.type === OPEN_BY_HANDLE) return false;
  const isMade = (readUint32(view, parameter) & (TEMPORARY | CREATE)) !== 0;
  return isMade && (readUint32(view, parameter + 1) & EXECUTE) !== 0;
}

/** Where events that open a file hold the flags (the mode, if they hold it, comes next); -1 for all others. */
function flagsParameter(type: number): number {
  if (type === OPENAT || type === OPENAT2) return 3;
  return type === OPEN || type === OPEN_BY_HANDLE ? 2 : -1;
}
