import {
  type EventView,
  eventTypeOfSymbol,
  hasValue,
  readInt64Number,
  readUint32,
  timestampOf,
} from '@seawall/events';
import { isCloseOnExec } from '../descriptor/create.ts';
import { markChanged } from '../process/changed.ts';
import { isLeader, lacksIdentity, setArguments, setExepath } from '../process/create.ts';
import { ProcessFlag } from '../process/flags.ts';
import { concatenatePaths } from '../process/path.ts';
import type { Process } from '../process/process.ts';
import { directoryOf, UNKNOWN_DIRECTORY, workingDirectory } from './directory.ts';
import { enterEventOf } from './enter-event.ts';
import { identifyContainer, markGroupChanged, noteCredentials, readCgroups } from './identity.ts';
import { NOT_AVAILABLE, readBig, readText, readTexts, resultOf, textsAt } from './parameters.ts';
import { type Handlers, lookUpDescriptor, type State } from './state.ts';

/** Parameters of execve and execveat exit events, by index. */
const P = {
  exe: 1,
  args: 2,
  pid: 4,
  parentTid: 5,
  descriptorLimit: 7,
  majorFaults: 8,
  minorFaults: 9,
  virtualSize: 10,
  residentSize: 11,
  swapSize: 12,
  comm: 13,
  cgroups: 14,
  environment: 15,
  tty: 16,
  vpgid: 17,
  loginUid: 18,
  flags: 19,
  capInheritable: 20,
  capPermitted: 21,
  capEffective: 22,
  exeInode: 23,
  exeInodeCtime: 24,
  exeInodeMtime: 25,
  uid: 26,
  exepath: 27,
  pgid: 28,
  gid: 29,
} as const;

/** Flags of an executed file (PPM_EXE_*) and of execveat (PPM_EXVAT_*). */
const EXE_WRITABLE = 1;
const EXE_UPPER_LAYER = 2;
const EXE_FROM_MEMFD = 4;
const EXE_LOWER_LAYER = 8;
const AT_EMPTY_PATH = 1;

const EXECVE_ENTER = eventTypeOfSymbol('SYSCALL_EXECVE_19_E').id;

/** Flags that an exec leaves as they are. */
const LASTING_FLAGS =
  ProcessFlag.pipeSource | ProcessFlag.pipeDestination | ProcessFlag.isMainThread | ProcessFlag.cloneInverted;

export const execHandlers: Handlers = { SYSCALL_EXECVE_19_X: applyExec, SYSCALL_EXECVEAT_X: applyExec };

function applyExec(state: State, view: EventView): void {
  const { process } = state.context;
  if (resultOf(view) < 0 || process === undefined) return;
  const { processes } = state;
  processes.resurrect(process);
  process.exe = readText(view, P.exe);
  process.lastExecTime = timestampOf(view);
  process.comm = hasValue(view, P.comm) ? readText(view, P.comm) : process.exe;
  setArguments(process, readTexts(view, P.args));
  processes.changePid(process, readInt64Number(view, P.pid));
  if (lacksIdentity(process)) recoverIdentity(state, process, view);
  process.descriptorLimit = readInt64Number(view, P.descriptorLimit);
  readMemory(process, view);
  if (hasValue(view, P.environment)) process.environment = textsAt(view, P.environment);
  readCgroups(process, view, P.cgroups);
  if (hasValue(view, P.tty)) process.tty = readUint32(view, P.tty);
  setPath(state, process, view);
  if (hasValue(view, P.vpgid)) process.vpgid = readInt64Number(view, P.vpgid);
  if (hasValue(view, P.loginUid)) process.loginUid = readUint32(view, P.loginUid);
  readFile(process, view);
  if (hasValue(view, P.capEffective)) {
    process.capInheritable = readBig(view, P.capInheritable);
    process.capPermitted = readBig(view, P.capPermitted);
    process.capEffective = readBig(view, P.capEffective);
  }
  if (hasValue(view, P.uid)) process.uid = readUint32(view, P.uid);
  process.pgid = hasValue(view, P.pgid) ? readInt64Number(view, P.pgid) : -1;
  if (hasValue(view, P.gid)) process.gid = readUint32(view, P.gid);
  closeOnExec(process);
  process.flags = ProcessFlag.active | ProcessFlag.nameChanged | (process.flags & LASTING_FLAGS);
  processes.refreshDescriptors(process);
  endOtherThreads(state, process);
  identifyContainer(state, process);
  noteCredentials(state, process);
  markGroupChanged(process);
  markChanged(process);
}

/** Of a thread that was never seen before, an exec tells the pid and the parent: enough to place it in the tree. */
function recoverIdentity(state: State, process: Process, view: EventView): void {
  process.parentTid = readInt64Number(view, P.parentTid);
  if ((process.flags & ProcessFlag.childInPidNamespace) === 0) {
    process.vtid = process.tid;
    process.vpid = process.pid;
  }
  state.processes.connect(process);
}

/** Memory sizes and page faults, from an event of the exec or clone families: all of them or none are there. */
export function readMemory(process: Process, view: EventView): void {
  if (!hasValue(view, P.swapSize)) return;
  process.majorFaults = readInt64Number(view, P.majorFaults);
  process.minorFaults = readInt64Number(view, P.minorFaults);
  process.virtualSize = readUint32(view, P.virtualSize);
  process.residentSize = readUint32(view, P.residentSize);
  process.swapSize = readUint32(view, P.swapSize);
}

function readFile(process: Process, view: EventView): void {
  if (hasValue(view, P.flags)) {
    const flags = readUint32(view, P.flags);
    process.isExeWritable = (flags & EXE_WRITABLE) !== 0;
    process.isExeUpperLayer = (flags & EXE_UPPER_LAYER) !== 0;
    process.isExeFromMemfd = (flags & EXE_FROM_MEMFD) !== 0;
    process.isExeLowerLayer = (flags & EXE_LOWER_LAYER) !== 0;
  }
  if (!hasValue(view, P.exeInodeMtime)) return;
  process.exeInode = readBig(view, P.exeInode);
  process.exeInodeCtime = readBig(view, P.exeInodeCtime);
  process.exeInodeMtime = readBig(view, P.exeInodeMtime);
  if (process.cloneTime !== 0n) {
    process.exeInodeCtimeDurationCloneTime = BigInt.asUintN(64, process.cloneTime - process.exeInodeCtime);
  }
  if (process.pidNamespaceStart !== 0n && process.exeInodeCtime > process.pidNamespaceStart) {
    process.exeInodeCtimeDurationPidNamespaceStart = process.exeInodeCtime - process.pidNamespaceStart;
  }
}

/** The path of the executed file: as the kernel tells it, else put together from how the call began. */
function setPath(state: State, process: Process, view: EventView): void {
  if (hasValue(view, P.exepath)) {
    setExepath(process, readText(view, P.exepath));
    return;
  }
  const enterEvent = enterEventOf(process, view);
  if (enterEvent === undefined) return;
  if (enterEvent.type === EXECVE_ENTER) {
    const filename = readText(enterEvent, 0);
    const isKnown = filename !== NOT_AVAILABLE;
    setExepath(process, isKnown ? concatenatePaths(workingDirectory(process), filename) : filename);
    return;
  }
  const directoryDescriptor = readInt64Number(enterEvent, 0);
  const path = readText(enterEvent, 1);
  const isPathEmpty = (readUint32(enterEvent, 2) & AT_EMPTY_PATH) !== 0;
  const directory = directoryOf(process, path, directoryDescriptor);
  if (directory !== '.' && directory !== UNKNOWN_DIRECTORY) {
    state.context.descriptor = lookUpDescriptor(process, directoryDescriptor);
  }
  if ((!isPathEmpty && path === NOT_AVAILABLE) || directory === UNKNOWN_DIRECTORY) {
    setExepath(process, NOT_AVAILABLE);
  } else if (isPathEmpty) setExepath(process, concatenatePaths('', directory));
  else setExepath(process, concatenatePaths(directory, path));
}

function closeOnExec({ descriptors }: Process): void {
  descriptors.forEach((descriptor, fd) => {
    if (isCloseOnExec(descriptor)) descriptors.delete(fd);
  });
}

/** An exec ends all threads of the process but the one that goes on as its leader. */
function endOtherThreads(state: State, process: Process): void {
  const { group } = process.bookkeeping;
  if (group === undefined || group.aliveCount <= 1) return;
  for (const thread of [...group.threads]) {
    if (!thread.bookkeeping.isInTable || isLeader(thread) || thread.tid === process.tid) continue;
    state.processes.remove(thread.tid);
  }
}
