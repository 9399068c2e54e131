import {
  type EventView,
  hasValue,
  parameterLength,
  readInt64Number,
  readUint8,
  readUint32,
} from '@seawall/events';
import { lacksIdentity } from '../process/create.ts';
import { leaderOf } from '../process/group.ts';
import type { Process } from '../process/process.ts';
import { markGroupChanged } from './identity.ts';
import { resultOf, startOf } from './parameters.ts';
import type { Handlers, State } from './state.ts';

/** The limit of open descriptors in scap's numbering (PPM_RLIMIT_NOFILE). */
const RLIMIT_NOFILE = 7;
/** What a limit reads as when the probe could not tell it. */
const NO_VALUE = -1;

export const limitHandlers: Handlers = {
  SYSCALL_GETRLIMIT_X: applyOwnLimit,
  SYSCALL_SETRLIMIT_X: applyOwnLimit,
  SYSCALL_PRLIMIT_X(state, view) {
    if (resultOf(view) !== 0 || !hasValue(view, 6) || readUint8(view, 6) !== RLIMIT_NOFILE) return;
    const limit = readInt64Number(view, 1);
    if (limit === NO_VALUE || !hasValue(view, 5)) return;
    const tid = readInt64Number(view, 5);
    const process = state.processes.findOrInvent(tid === 0 ? view.tid : tid);
    if (!lacksIdentity(process)) setLimit(process, limit);
  },
};

function applyOwnLimit(state: State, view: EventView): void {
  const { process } = state.context;
  if (process === undefined || resultOf(view) < 0 || readUint8(view, 3) !== RLIMIT_NOFILE) return;
  const limit = readInt64Number(view, 1);
  if (limit !== NO_VALUE) setLimit(process, limit);
}

function setLimit(process: Process, limit: number): void {
  const leader = leaderOf(process);
  if (leader === undefined || leader.descriptorLimit === limit) return;
  leader.descriptorLimit = limit;
  markGroupChanged(leader);
}

/** Memory sizes and page faults change by themselves: they move no generation. */
export const memoryHandlers: Handlers = {
  SYSCALL_BRK_4_X: applyMemory,
  SYSCALL_MMAP_X: applyMemory,
  SYSCALL_MMAP2_X: applyMemory,
  SYSCALL_MUNMAP_X: applyMemory,
  SCHEDSWITCH_6_E: applySwitch,
};

function applyMemory(state: State, view: EventView): void {
  const { process } = state.context;
  if (process === undefined) return;
  if (hasValue(view, 1)) process.virtualSize = readUint32(view, 1);
  if (!hasValue(view, 3)) return;
  process.residentSize = readUint32(view, 2);
  process.swapSize = readUint32(view, 3);
}

/** Bytes of the two fault counts and the three sizes, one after the other. */
const SWITCH_LENGTH = 8 + 8 + 4 + 4 + 4;

function applySwitch(state: State, view: EventView): void {
  const { process } = state.context;
  if (process === undefined || !hasValue(view, 5)) return;
  const { data } = view;
  const start = startOf(view, 1);
  if (startOf(view, 5) + parameterLength(view, 5) !== start + SWITCH_LENGTH) return;
  process.majorFaults = data.getUint32(start, true) + data.getUint32(start + 4, true) * 0x1_0000_0000;
  process.minorFaults = data.getUint32(start + 8, true) + data.getUint32(start + 12, true) * 0x1_0000_0000;
  const leader = leaderOf(process);
  if (leader === undefined) return;
  leader.virtualSize = data.getUint32(start + 16, true);
  leader.residentSize = data.getUint32(start + 20, true);
  leader.swapSize = data.getUint32(start + 24, true);
}
