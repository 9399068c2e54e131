import { hostContainer } from '../container/container.ts';
import { nowhere } from '../descriptor/table.ts';
import { ProcessFlag, UNKNOWN_ID } from './flags.ts';
import type { Process } from './process.ts';
import { textsOf } from './texts.ts';

const NOTHING: readonly string[] = [];
const NO_TEXTS = textsOf(NOTHING);

/** A thread of which nothing but its id is known yet; it is in no table. */
export function createProcess(tid: number): Process {
  return {
    tid,
    pid: -1,
    parentTid: -1,
    generation: 0,
    reaperTid: -1,
    sessionId: -1,
    pgid: -1,
    vtid: -1,
    vpid: -1,
    vpgid: -1,
    comm: '',
    exe: '',
    exepath: '',
    args: NOTHING,
    commandLine: '',
    environment: NO_TEXTS,
    cwd: '',
    root: '',
    flags: ProcessFlag.nameChanged,
    uid: UNKNOWN_ID,
    gid: UNKNOWN_ID,
    loginUid: UNKNOWN_ID,
    tty: 0,
    descriptorLimit: -1,
    isExeWritable: false,
    isExeUpperLayer: false,
    isExeLowerLayer: false,
    isExeFromMemfd: false,
    exeInode: 0n,
    exeInodeCtime: 0n,
    exeInodeMtime: 0n,
    exeInodeCtimeDurationCloneTime: 0n,
    exeInodeCtimeDurationPidNamespaceStart: 0n,
    capInheritable: 0n,
    capPermitted: 0n,
    capEffective: 0n,
    virtualSize: 0,
    residentSize: 0,
    swapSize: 0,
    majorFaults: 0,
    minorFaults: 0,
    cgroups: NOTHING,
    containerId: '',
    container: hostContainer,
    cloneTime: 0n,
    pidNamespaceStart: 0n,
    lastExecTime: 0n,
    isInvalid: true,
    isDead: false,
    descriptors: nowhere,
    verdicts: undefined,
    bookkeeping: {
      group: undefined,
      children: undefined,
      ownDescriptors: undefined,
      lastDescriptor: 0,
      lastEnterType: -1,
      isEnterValid: false,
      enterEvent: undefined,
      isInTable: false,
      lastUsed: 0,
    },
  };
}

/** Whether the thread leads its group: whether its entry is the process. */
export function isLeader(process: Process): boolean {
  return process.tid === process.pid || (process.flags & ProcessFlag.isMainThread) !== 0;
}

/** Whether the thread lives in another pid namespace than the initial one. */
export function isInPidNamespace(process: Process): boolean {
  return (
    (process.flags & ProcessFlag.childInPidNamespace) !== 0 ||
    (process.tid !== process.vtid && process.vtid >= 0)
  );
}

/** Whether too little is known of the thread to give it a group or a parent. */
export function lacksIdentity(process: Process): boolean {
  return process.tid < 0 || process.pid < 0 || process.parentTid < 0;
}

/** Sets the arguments; the name must be set before. */
export function setArguments(process: Process, args: readonly string[]): void {
  process.args = args;
  if (process.comm === '') process.commandLine = '';
  else process.commandLine = args.length === 0 ? process.comm : `${process.comm} ${args.join(' ')}`;
}

const DELETED = ' (deleted)';

/** Sets the executable's path without the kernel's remark that the file is gone. */
export function setExepath(process: Process, path: string): void {
  const isDeleted = path.length > DELETED.length && path.endsWith(DELETED);
  process.exepath = isDeleted ? path.slice(0, -DELETED.length) : path;
}
