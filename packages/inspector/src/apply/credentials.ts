import { type EventView, hasValue, readUint32 } from '@seawall/events';
import { markChanged } from '../process/changed.ts';
import { ProcessFlag } from '../process/flags.ts';
import { applyChroot } from './directory.ts';
import { identifyContainer, noteCredentials } from './identity.ts';
import { readBig, resultOf } from './parameters.ts';
import type { Handlers, State } from './state.ts';

/** Every capability that libsinsp knows: 41 of them. */
const ALL_CAPABILITIES = (1n << 41n) - 1n;

const setUser = (index: number) => (state: State, view: EventView) => {
  const { process } = state.context;
  if (process === undefined || resultOf(view) !== 0 || !hasValue(view, index)) return;
  process.uid = readUint32(view, index);
  noteCredentials(state, process);
  markChanged(process);
};

const setGroup = (index: number) => (state: State, view: EventView) => {
  const { process } = state.context;
  if (process === undefined || resultOf(view) !== 0 || !hasValue(view, index)) return;
  process.gid = readUint32(view, index);
  noteCredentials(state, process);
  markChanged(process);
};

/** The effective id is the second of those calls that set several. */
export const credentialHandlers: Handlers = {
  SYSCALL_SETUID_X: setUser(1),
  SYSCALL_SETREUID_X: setUser(2),
  SYSCALL_SETRESUID_X: setUser(2),
  SYSCALL_SETGID_X: setGroup(1),
  SYSCALL_SETREGID_X: setGroup(2),
  SYSCALL_SETRESGID_X: setGroup(2),
  SYSCALL_CAPSET_X(state, view) {
    const { process } = state.context;
    if (process === undefined || resultOf(view) < 0) return;
    process.capInheritable = readBig(view, 1);
    process.capPermitted = readBig(view, 2);
    process.capEffective = readBig(view, 3);
    markChanged(process);
  },
  SYSCALL_UNSHARE_X: (state, view) => enterNamespaces(state, view, readUint32(view, 1)),
  SYSCALL_SETNS_X: (state, view) => enterNamespaces(state, view, readUint32(view, 2)),
  SYSCALL_CHROOT_X(state, view) {
    applyChroot(state, view);
    const { process } = state.context;
    if (process === undefined || resultOf(view) < 0) return;
    identifyContainer(state, process);
    markChanged(process);
  },
  SYSCALL_SETSID_X(state, view) {
    const { process } = state.context;
    const sessionId = resultOf(view);
    if (process === undefined || sessionId < 0) return;
    process.sessionId = sessionId;
    markChanged(process);
  },
};

/** In a user namespace of its own a process has every capability. */
function enterNamespaces(state: State, view: EventView, flags: number): void {
  const { process } = state.context;
  if (process === undefined || resultOf(view) < 0) return;
  if ((flags & ProcessFlag.cloneNewUser) !== 0) {
    process.capInheritable = ALL_CAPABILITIES;
    process.capPermitted = ALL_CAPABILITIES;
    process.capEffective = ALL_CAPABILITIES;
  }
  markChanged(process);
}
