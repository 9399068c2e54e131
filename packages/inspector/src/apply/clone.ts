import {
  type EventView,
  eventTypeOfSymbol,
  hasValue,
  readInt64Number,
  readUint32,
  timestampOf,
} from '@seawall/events';
import { markChanged } from '../process/changed.ts';
import { createProcess, lacksIdentity, setArguments, setExepath } from '../process/create.ts';
import { CLONE_STALE_NANOSECONDS, ProcessFlag } from '../process/flags.ts';
import type { Process } from '../process/process.ts';
import { workingDirectory } from './directory.ts';
import { readMemory } from './exec.ts';
import { identifyContainer, noteCredentials, readCgroups } from './identity.ts';
import { holdsTexts, readBig, readText, readTexts, resultOf } from './parameters.ts';
import type { Handlers, State } from './state.ts';

/** Parameters of clone, clone3, fork and vfork exit events, by index; memory comes as in exec events. */
const P = {
  exe: 1,
  args: 2,
  pid: 4,
  parentTid: 5,
  descriptorLimit: 7,
  comm: 13,
  cgroups: 14,
  flags: 15,
  uid: 16,
  gid: 17,
  vtid: 18,
  vpid: 19,
  pidNamespaceStart: 20,
} as const;

const VFORK_EXIT = eventTypeOfSymbol('SYSCALL_VFORK_20_X').id;

/** Where the pid namespace of the child is, or may be, another than the caller can see: the child's own event tells. */
const LEFT_TO_CHILD = ProcessFlag.childInPidNamespace | ProcessFlag.cloneNewPid | ProcessFlag.cloneParent;

export const cloneHandlers: Handlers = {
  SYSCALL_CLONE_20_X: applyClone,
  SYSCALL_CLONE3_X: applyClone,
  SYSCALL_FORK_20_X: applyClone,
  SYSCALL_VFORK_20_X: applyClone,
};

/** The call returns twice: the child's id to the caller, and 0 to the child. Either event can be missing or late. */
export function applyClone(state: State, view: EventView): void {
  const result = resultOf(view);
  if (result < 0) return;
  if (result === 0) applyToChild(state, view);
  else applyToCaller(state, view, result);
  const { process } = state.context;
  if (process !== undefined) identifyContainer(state, process);
}

function applyToCaller(state: State, view: EventView, childTid: number): void {
  const { processes, context, exits } = state;
  const caller = processes.findOrInvent(view.tid);
  const isCallerKnown = !lacksIdentity(caller);
  if (!isCallerKnown) {
    caller.pid = readInt64Number(view, P.pid);
    caller.parentTid = readInt64Number(view, P.parentTid);
    readVirtualIds(caller, view);
    processes.connect(caller);
    markChanged(caller);
  }
  context.process = caller;
  const flags = readUint32(view, P.flags) | 0;
  if ((flags & LEFT_TO_CHILD) !== 0 || caller.tid !== caller.vtid) return;
  // The child of a vfork has run, and perhaps ended, before its caller goes on.
  if ((flags & ProcessFlag.cloneVfork) !== 0 || view.type === VFORK_EXIT) return;
  const time = timestampOf(view);
  if (exits.has(childTid, caller.tid, time)) return;
  const known = processes.find(childTid);
  if (known !== undefined) {
    if ((known.flags & ProcessFlag.cloneInverted) !== 0) return;
    processes.remove(childTid);
  }

  const child = createProcess(childTid);
  child.flags = flags;
  if ((flags & ProcessFlag.cloneThread) === 0) {
    if (isCallerKnown) inheritAsProcess(state, child, caller);
    child.pid = childTid;
    child.parentTid = caller.tid;
  } else {
    child.pid = caller.pid;
    child.parentTid = caller.parentTid;
    // Threads use their leader's descriptors, whatever they asked for: as a scan of /proc would show it.
    child.flags |= ProcessFlag.cloneFiles;
    child.lastExecTime = caller.lastExecTime;
  }
  child.vtid = child.tid;
  child.vpid = child.pid;
  readDescription(state, child, view, time, caller);
  child.pidNamespaceStart = state.tables.machine?.bootTime ?? 0n;
  if (isCallerKnown) inherit(child, caller);
  else describeLike(caller, child);
  addChild(state, child);
  if (known !== undefined) context.process = processes.current(view.tid);
}

function applyToChild(state: State, view: EventView): void {
  const { processes, context } = state;
  const time = timestampOf(view);
  const known = context.process;
  if (known !== undefined && known.cloneTime !== 0n) {
    const age = time - known.cloneTime;
    if (age >= 0n && age < CLONE_STALE_NANOSECONDS) return;
    // Nobody starts seconds after its own clone: a thread of the past, whose exit was lost.
    processes.remove(view.tid);
  }

  const child = createProcess(view.tid);
  child.pid = readInt64Number(view, P.pid);
  child.parentTid = readInt64Number(view, P.parentTid);
  readVirtualIds(child, view);
  child.flags = readUint32(view, P.flags) | 0 | ProcessFlag.cloneInverted;
  const isThread = (child.flags & ProcessFlag.cloneThread) !== 0;
  if (isThread) child.flags |= ProcessFlag.cloneFiles;
  // A process takes after its parent, a thread after its leader.
  const model = processes.findOrInvent(isThread ? child.pid : child.parentTid);
  const isModelKnown = !lacksIdentity(model);
  if (!isModelKnown && isThread) {
    model.pid = child.pid;
    model.parentTid = child.parentTid;
    model.vpid = child.vpid;
    model.vtid = model.vpid;
    processes.connect(model);
    markChanged(model);
  }
  readDescription(state, child, view, time, model);
  if (isModelKnown) {
    inherit(child, model);
    if (isThread) child.lastExecTime = model.lastExecTime;
    else inheritAsProcess(state, child, model);
  } else if (isThread) describeLike(model, child);
  const isInNamespace =
    (child.flags & (ProcessFlag.childInPidNamespace | ProcessFlag.cloneNewPid)) !== 0 ||
    child.tid !== child.vtid;
  const bootTime = state.tables.machine?.bootTime ?? 0n;
  if (!isInNamespace) child.pidNamespaceStart = bootTime;
  else if (hasValue(view, P.pidNamespaceStart)) {
    child.pidNamespaceStart = readBig(view, P.pidNamespaceStart) + bootTime;
  }
  addChild(state, child);
  context.process = child;
}

function readVirtualIds(process: Process, view: EventView): void {
  if (hasValue(view, P.vpid)) {
    process.vtid = readInt64Number(view, P.vtid);
    process.vpid = readInt64Number(view, P.vpid);
  } else {
    process.vtid = process.tid;
    process.vpid = -1;
  }
}

/** What the event itself says of the child. */
function readDescription(state: State, child: Process, view: EventView, time: bigint, model: Process): void {
  child.exe = readText(view, P.exe);
  child.comm = hasValue(view, P.comm) ? readText(view, P.comm) : child.exe;
  if (child.comm === model.comm && holdsTexts(view, P.args, model.args)) {
    // Most children start as copies: keep one text for all of them.
    child.exe = child.exe === model.exe ? model.exe : child.exe;
    child.comm = model.comm;
    child.args = model.args;
    child.commandLine = model.commandLine;
  } else setArguments(child, readTexts(view, P.args));
  child.descriptorLimit = readInt64Number(view, P.descriptorLimit);
  readMemory(child, view);
  child.uid = readUint32(view, P.uid);
  child.gid = readUint32(view, P.gid);
  noteCredentials(state, child);
  readCgroups(child, view, P.cgroups);
  child.cloneTime = time;
}

/** What a child of either kind has of the thread it takes after. */
function inherit(child: Process, model: Process): void {
  setExepath(child, model.exepath);
  child.isExeWritable = model.isExeWritable;
  child.isExeUpperLayer = model.isExeUpperLayer;
  child.isExeLowerLayer = model.isExeLowerLayer;
  child.isExeFromMemfd = model.isExeFromMemfd;
  child.root = model.root;
  child.sessionId = model.sessionId;
  child.vpgid = model.vpgid;
  child.pgid = model.pgid;
  child.tty = model.tty;
  child.loginUid = model.loginUid;
  child.capPermitted = model.capPermitted;
  child.capInheritable = model.capInheritable;
  child.capEffective = model.capEffective;
  child.exeInode = model.exeInode;
  child.exeInodeCtime = model.exeInodeCtime;
  child.exeInodeMtime = model.exeInodeMtime;
  child.exeInodeCtimeDurationCloneTime = model.exeInodeCtimeDurationCloneTime;
}

/** What a new process gets a copy of and a thread uses in common with its leader. */
function inheritAsProcess(state: State, child: Process, model: Process): void {
  child.cwd = workingDirectory(model);
  child.environment = model.environment;
  state.processes.inheritDescriptors(child, model);
}

function addChild(state: State, child: Process): void {
  state.processes.add(child, true);
  identifyContainer(state, child);
  markChanged(child);
}

/** Of a caller that nothing was known of, at least what its child has. */
function describeLike(process: Process, child: Process): void {
  process.exe = child.exe;
  process.comm = child.comm;
  process.args = child.args;
  process.commandLine = child.commandLine;
  markChanged(process);
}
