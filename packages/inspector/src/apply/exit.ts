import { hasValue, readInt64Number, readUint32, timestampOf } from '@seawall/events';
import { markChanged } from '../process/changed.ts';
import { lacksIdentity } from '../process/create.ts';
import { markGroupChanged } from './identity.ts';
import { resultOf } from './parameters.ts';
import type { Handlers } from './state.ts';

/** Options of prctl in scap's numbering (PPM_PR_*). */
const SET_NAME = 15;
const SET_CHILD_SUBREAPER = 36;
const GET_CHILD_SUBREAPER = 37;

export const exitHandlers: Handlers = {
  PROCEXIT_1_E(state, view) {
    const { process } = state.context;
    if (process === undefined) return;
    state.processes.markDead(process);
    const { pending } = state;
    pending.isAny = true;
    pending.exitedTid = view.tid;
    pending.exitTime = timestampOf(view);
    const { children } = process.bookkeeping;
    if (children === undefined || children.size === 0) return;
    if (view.parameterCount <= 4) process.reaperTid = -1;
    else if (hasValue(view, 4)) process.reaperTid = readInt64Number(view, 4);
  },
  SYSCALL_PRCTL_X(state, view) {
    const { process } = state.context;
    if (process === undefined || resultOf(view) < 0 || lacksIdentity(process)) return;
    const option = readUint32(view, 1);
    if (option === SET_CHILD_SUBREAPER || option === GET_CHILD_SUBREAPER) {
      const { group } = process.bookkeeping;
      if (group !== undefined) group.isReaper = readInt64Number(view, 3) !== 0;
    } else if (option === SET_NAME) {
      // Falco goes on showing the name of the last exec or clone: only who watches generations learns of it.
      markChanged(process);
    }
  },
  SYSCALL_SETPGID_X(state, view) {
    if (resultOf(view) < 0) return;
    const tid = readInt64Number(view, 1);
    const process = tid === 0 ? state.context.process : state.processes.find(tid);
    // As with names: Falco shows the group of the last exec or clone.
    if (process !== undefined) markGroupChanged(process);
  },
};
