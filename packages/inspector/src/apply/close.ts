import { type EventView, readInt64Number, readUint8, readUint32, readUint64Low } from '@seawall/events';
import { clearCloseOnExec, copyDescriptor } from '../descriptor/create.ts';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';
import { OpenFlag } from '../descriptor/flags.ts';
import { ProcessFlag } from '../process/flags.ts';
import type { Process } from '../process/process.ts';
import { resultOf } from './parameters.ts';
import { type Handlers, lookUpDescriptor, openDescriptor, type State } from './state.ts';

/** close_range: mark instead of closing. */
const CLOSE_RANGE_CLOEXEC = 4;
/** Commands of fcntl in scap's numbering (PPM_FCNTL_F_*). */
const F_DUPFD = 1;
export const F_SETFD = 3;
export const F_DUPFD_CLOEXEC = 26;
/** The one flag of a descriptor itself: close on exec. */
const FD_CLOEXEC = 1;

export const closeHandlers: Handlers = {
  SYSCALL_CLOSE_X(state, view) {
    const { process, descriptor } = state.context;
    if (process === undefined || descriptor === undefined || resultOf(view) < 0) return;
    // It stays visible to the rules that look at its own closing.
    state.pending.isAny = true;
    state.pending.closedIn = process.descriptors;
    state.pending.closedDescriptor = process.bookkeeping.lastDescriptor;
  },
  SYSCALL_CLOSE_RANGE_X(state, view) {
    const { process } = state.context;
    if (process === undefined || resultOf(view) < 0) return;
    const first = readUint32(view, 1);
    const last = readUint32(view, 2);
    const isMarkOnly = (readUint32(view, 3) & CLOSE_RANGE_CLOEXEC) !== 0;
    for (const [fd, descriptor] of process.descriptors.entries()) {
      if (fd < first || fd > last) continue;
      if (isMarkOnly) descriptor.openFlags |= OpenFlag.closeOnExec;
      else process.descriptors.delete(fd);
    }
  },
};

/** Commands of fcntl that make a descriptor or change one: others need not be looked at (see `concern.ts`). */
export function changesDescriptors(command: number): boolean {
  return command === F_DUPFD || command === F_SETFD || command === F_DUPFD_CLOEXEC;
}

/** What fcntl's F_SETFD does with the lower half of its argument. */
export function setCloseOnExec(descriptor: Descriptor, flags: number): void {
  clearCloseOnExec(descriptor);
  if ((flags & FD_CLOEXEC) !== 0) descriptor.openFlags |= OpenFlag.closeOnExec;
}

export const duplicateHandlers: Handlers = {
  SYSCALL_DUP_1_X: duplicate,
  SYSCALL_DUP2_X: duplicate,
  SYSCALL_DUP3_X: duplicate,
  SYSCALL_FCNTL_X(state, view) {
    const { process, descriptor } = state.context;
    if (process === undefined || descriptor === undefined) return;
    const command = readUint8(view, 2);
    if (!changesDescriptors(command)) return;
    const result = resultOf(view);
    if (result < 0) return;
    if (command === F_SETFD) setCloseOnExec(descriptor, readUint64Low(view, 3));
    else openDescriptor(state, process, result, duplicateOf(descriptor, command === F_DUPFD_CLOEXEC));
  },
  SYSCALL_PIDFD_GETFD_X(state, view) {
    const { process } = state.context;
    if (process === undefined) return;
    const fd = resultOf(view);
    const pidfd = lookUpDescriptor(process, readInt64Number(view, 1));
    if (fd < 0 || pidfd?.type !== DescriptorType.pidfd) return;
    const target = state.processes.find(pidfd.pid);
    const descriptor = target && lookUpDescriptor(target, readInt64Number(view, 2));
    if (descriptor === undefined) return;
    openDescriptor(state, process, fd, duplicateOf(descriptor, true));
  },
};

function duplicate(state: State, view: EventView): void {
  const { process, descriptor } = state.context;
  const fd = resultOf(view);
  if (process === undefined || descriptor === undefined || fd < 0) return;
  noteRedirection(process, fd);
  // Only dup3 has a fourth parameter: its flags.
  const isCloseOnExec = (readUint32(view, 3) & OpenFlag.closeOnExec) !== 0;
  openDescriptor(state, process, fd, duplicateOf(descriptor, isCloseOnExec));
}

/** Takes in that a thread made `fd` from another descriptor. */
export function noteRedirection(process: Process, fd: number): void {
  // Standard input or output made from another descriptor: most likely a part of a shell's pipe.
  if (fd === 0) process.flags |= ProcessFlag.pipeDestination;
  if (fd === 1) process.flags |= ProcessFlag.pipeSource;
}

/** What a copy of the descriptor's number leads to. */
export function duplicateOf(original: Descriptor, isCloseOnExec: boolean): Descriptor {
  const descriptor = copyDescriptor(original);
  clearCloseOnExec(descriptor);
  if (isCloseOnExec) descriptor.openFlags |= OpenFlag.closeOnExec;
  return descriptor;
}
