import { eventTypeOfSymbol, eventTypes, HEADER_LENGTH, uint64At } from '@seawall/events';
import { leaderOf } from '../process/group.ts';
import type { Process } from '../process/process.ts';
import {
  changesDescriptors,
  duplicateOf,
  F_DUPFD_CLOEXEC,
  F_SETFD,
  noteRedirection,
  setCloseOnExec,
} from './close.ts';
import { pipeEnd } from './open-plain.ts';

/*
 * Changes of the tables that are a few numbers: taken from the event's bytes while the reader still stands on its
 * header, where no rule wants to see the event. They are what the handlers of these types do with an event of the
 * usual form; an event of any other form is left to them.
 */

export const CLOSE = eventTypeOfSymbol('SYSCALL_CLOSE_X').id;
const CONTROL = eventTypeOfSymbol('SYSCALL_FCNTL_X').id;
export const DUPLICATE = eventTypeOfSymbol('SYSCALL_DUP2_X').id;
const PIPE = eventTypeOfSymbol('SYSCALL_PIPE2_X').id;
const SWITCH = eventTypeOfSymbol('SCHEDSWITCH_6_E').id;
const MEMORY = ['SYSCALL_BRK_4_X', 'SYSCALL_MMAP_X', 'SYSCALL_MMAP2_X', 'SYSCALL_MUNMAP_X'].map(
  (symbol) => eventTypeOfSymbol(symbol).id,
);
/** Copies for the hot path, and numbers read with their sign: see `pass.ts`. */
const HEADER = HEADER_LENGTH;
const SET_FLAGS = F_SETFD;
const DUPLICATE_CLOSE_ON_EXEC = F_DUPFD_CLOEXEC;

/** By type id: 1 where `absorb` can take an event of the type. */
export const absorbableTypes: Uint8Array = Uint8Array.from(eventTypes, ({ id }) =>
  [CLOSE, CONTROL, DUPLICATE, PIPE, SWITCH, ...MEMORY].includes(id) ? 1 : 0,
);

/** Two lengths of 8 bytes, as they follow each other in an event. */
const EIGHT_EIGHT = 0x0008_0008;
const FOUR_FOUR = 0x0004_0004;
/** Lengths of 8 and 4 bytes. */
const EIGHT_FOUR = 0x0004_0008;

/**
 * Brings the tables up to the event, if it is of the usual form; nothing else waits to be done.
 * @param process the thread that the event belongs to; undefined when the tables don't have it.
 * @param event where its header starts in `data`.
 * @param type one that `absorbableTypes` marks.
 * @returns false when nothing was done: the event has to be applied.
 */
export function absorb(process: Process | undefined, data: DataView, event: number, type: number): boolean {
  // Nobody is made for a switch.
  if (process === undefined) return type === SWITCH;
  if (type === CLOSE) return absorbClose(process, data, event);
  if (type === SWITCH) return absorbSwitch(process, data, event);
  if (type === CONTROL) return absorbControl(process, data, event);
  if (type === DUPLICATE) return absorbDuplicate(process, data, event);
  if (type === PIPE) return absorbPipe(process, data, event);
  return absorbMemory(process, data, event);
}

/** `absorb` for the end of a descriptor. */
export function absorbClose(process: Process, data: DataView, event: number): boolean {
  if (data.getInt32(event + 22, true) !== 2 || data.getInt32(event + HEADER, true) !== EIGHT_EIGHT)
    return false;
  const start = event + HEADER + 4;
  const fd = data.getInt32(start + 8, true);
  // Numbers beyond 31 bits are none that a descriptor can have.
  if (data.getInt32(start + 12, true) !== fd >> 31) return false;
  process.bookkeeping.lastDescriptor = fd;
  // The upper half has the result's sign.
  if (fd >= 0 && data.getInt32(start + 4, true) >= 0) process.descriptors.delete(fd);
  return true;
}

/** Also where the argument is lacking, as in old captures: it is 0 then. */
function absorbControl(process: Process, data: DataView, event: number): boolean {
  const lengths = event + HEADER;
  const count = data.getInt32(event + 22, true);
  if (
    (count !== 4 && count !== 3) ||
    data.getInt32(lengths, true) !== EIGHT_EIGHT ||
    data.getInt16(lengths + 4, true) !== 1 ||
    (count === 4 && data.getInt16(lengths + 6, true) !== 8)
  ) {
    return false;
  }
  const start = lengths + count * 2;
  const fd = data.getInt32(start + 8, true);
  const command = data.getUint8(start + 16);
  if (!changesDescriptors(command) || fd < 0 || data.getInt32(start + 12, true) !== 0) return false;
  const result = data.getInt32(start, true);
  if (data.getInt32(start + 4, true) !== result >> 31) return false;
  process.bookkeeping.lastDescriptor = fd;
  const descriptor = process.descriptors.get(fd);
  if (result < 0 || descriptor === undefined) return true;
  if (command === SET_FLAGS) {
    setCloseOnExec(descriptor, count === 4 ? data.getInt32(start + 17, true) : 0);
  } else {
    process.descriptors.set(result, duplicateOf(descriptor, command === DUPLICATE_CLOSE_ON_EXEC));
    process.bookkeeping.lastDescriptor = result;
  }
  return true;
}

/** `absorb` for dup2, which has no flags. */
export function absorbDuplicate(process: Process, data: DataView, event: number): boolean {
  const lengths = event + HEADER;
  if (
    data.getInt32(event + 22, true) !== 3 ||
    data.getInt32(lengths, true) !== EIGHT_EIGHT ||
    data.getInt16(lengths + 4, true) !== 8
  ) {
    return false;
  }
  const start = lengths + 6;
  const result = data.getInt32(start, true);
  const fd = data.getInt32(start + 8, true);
  if (fd < 0 || data.getInt32(start + 12, true) !== 0 || data.getInt32(start + 4, true) !== result >> 31) {
    return false;
  }
  process.bookkeeping.lastDescriptor = fd;
  const descriptor = process.descriptors.get(fd);
  if (result < 0 || descriptor === undefined) return true;
  noteRedirection(process, result);
  process.descriptors.set(result, duplicateOf(descriptor, false));
  process.bookkeeping.lastDescriptor = result;
  return true;
}

/** Both ends of a pipe. */
function absorbPipe(process: Process, data: DataView, event: number): boolean {
  const lengths = event + HEADER;
  if (
    data.getInt32(event + 22, true) !== 5 ||
    data.getInt32(lengths, true) !== EIGHT_EIGHT ||
    data.getInt32(lengths + 4, true) !== EIGHT_EIGHT ||
    data.getInt16(lengths + 8, true) !== 4
  ) {
    return false;
  }
  const start = lengths + 10;
  const first = data.getInt32(start + 8, true);
  const second = data.getInt32(start + 16, true);
  if (
    data.getInt32(start, true) !== 0 ||
    data.getInt32(start + 4, true) !== 0 ||
    data.getInt32(start + 12, true) !== first >> 31 ||
    data.getInt32(start + 20, true) !== second >> 31
  ) {
    return false;
  }
  const inode = uint64At(data, start + 24);
  const flags = data.getInt32(start + 32, true) >>> 0;
  process.descriptors.set(first, pipeEnd(inode, flags));
  process.descriptors.set(second, pipeEnd(inode, flags));
  process.bookkeeping.lastDescriptor = second;
  return true;
}

function absorbSwitch(process: Process, data: DataView, event: number): boolean {
  const lengths = event + HEADER;
  if (
    data.getInt32(event + 22, true) !== 6 ||
    data.getInt32(lengths, true) !== EIGHT_EIGHT ||
    data.getInt32(lengths + 4, true) !== EIGHT_FOUR ||
    data.getInt32(lengths + 8, true) !== FOUR_FOUR
  ) {
    return false;
  }
  const start = lengths + 12 + 8;
  process.majorFaults = data.getUint32(start, true) + data.getUint32(start + 4, true) * 0x1_0000_0000;
  process.minorFaults = data.getUint32(start + 8, true) + data.getUint32(start + 12, true) * 0x1_0000_0000;
  const leader = leaderOf(process);
  if (leader !== undefined) writeSizes(leader, data, start + 16);
  return true;
}

/** For any number of further parameters. */
function absorbMemory(process: Process, data: DataView, event: number): boolean {
  const lengths = event + HEADER;
  const count = data.getInt32(event + 22, true);
  if (
    count < 4 ||
    data.getInt32(lengths, true) !== EIGHT_FOUR ||
    data.getInt32(lengths + 4, true) !== FOUR_FOUR
  ) {
    return false;
  }
  writeSizes(process, data, lengths + count * 2 + 8);
  return true;
}

function writeSizes(process: Process, data: DataView, start: number): void {
  process.virtualSize = data.getUint32(start, true);
  process.residentSize = data.getUint32(start + 4, true);
  process.swapSize = data.getUint32(start + 8, true);
}
