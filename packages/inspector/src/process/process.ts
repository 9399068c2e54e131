import type { EventView } from '@seawall/events';
import type { ContainerInfo } from '../container/container.ts';
import type { DescriptorTable } from '../descriptor/table.ts';
import type { Texts } from './texts.ts';

/**
 * One thread, as the tables know it (the field calls the table's entry "process": the leader's entry is the process).
 * Owned by `process/table.ts` and `apply/`: nobody else writes to it. Every change of what a rule can see of the
 * thread, other than descriptors and counters, must go through `markChanged`, which moves the generation on.
 * Threads other than the leader have neither `environment` nor `cwd` of their own: ask the leader.
 */
export interface Process {
  tid: number;
  pid: number;
  /** The tid of the parent; 0 or negative where there is none. */
  parentTid: number;
  /** Grows with every change of the thread's own attributes (exec, set*id, chdir, cgroup ...), never for counters. */
  generation: number;
  /** The reaper (child subreaper or namespace init) to which children go when this thread dies, -1 unknown. */
  reaperTid: number;
  sessionId: number;
  pgid: number;
  vtid: number;
  vpid: number;
  vpgid: number;
  comm: string;
  exe: string;
  exepath: string;
  args: readonly string[];
  /** Name and arguments with one space between, as when the arguments were last set; '' while there was no name. */
  commandLine: string;
  /** Shared with the processes that inherit it; read with `readTexts` of `texts.ts`. */
  environment: Texts;
  cwd: string;
  root: string;
  /** PPM_CL_* flags as Falco's tables define them. */
  flags: number;
  uid: number;
  gid: number;
  loginUid: number;
  tty: number;
  descriptorLimit: number;
  isExeWritable: boolean;
  isExeUpperLayer: boolean;
  isExeLowerLayer: boolean;
  isExeFromMemfd: boolean;
  exeInode: bigint;
  exeInodeCtime: bigint;
  exeInodeMtime: bigint;
  exeInodeCtimeDurationCloneTime: bigint;
  exeInodeCtimeDurationPidNamespaceStart: bigint;
  capInheritable: bigint;
  capPermitted: bigint;
  capEffective: bigint;
  /** KiB. */
  virtualSize: number;
  residentSize: number;
  swapSize: number;
  majorFaults: number;
  minorFaults: number;
  /** `subsystem=path` each. */
  cgroups: readonly string[];
  /** Id from the cgroup path; '' for the host. */
  containerId: string;
  /** `hostContainer` outside of containers; undefined for a container that nobody has described yet. */
  container: ContainerInfo | undefined;
  /** Nanoseconds since the epoch; 0n unknown. */
  cloneTime: bigint;
  pidNamespaceStart: bigint;
  lastExecTime: bigint;
  isInvalid: boolean;
  isDead: boolean;
  /** The leader's for every thread of a group (see `process/table.ts`); a thread without a leader has none that lasts. */
  descriptors: DescriptorTable;
  /** What a compiled rule set decided about this generation: its own, nobody else touches it. */
  verdicts: unknown;
  readonly bookkeeping: Bookkeeping;
}

/** The threads that share a pid, as `process/group.ts` keeps them. */
export interface ThreadGroup {
  readonly pid: number;
  aliveCount: number;
  /** Whether orphans below it become its children: an init process, a child subreaper, a proven reaper. */
  isReaper: boolean;
  /** In order of arrival, the leader first wherever it is known. */
  readonly threads: Process[];
}

/** What the tables remember of a thread for themselves: no rule sees it, and it moves no generation. */
export interface Bookkeeping {
  /** Undefined for threads of which nothing but the id is known. */
  group: ThreadGroup | undefined;
  /** Made with the first child. */
  children: Set<Process> | undefined;
  /** The thread's own table, made when first needed: in use unless the thread shares its leader's. */
  ownDescriptors: DescriptorTable | undefined;
  /** The descriptor that the thread's last event was about (`fd.num`); -1 none. */
  lastDescriptor: number;
  /** Type id of the last enter event, -1 before the first. */
  lastEnterType: number;
  /** Whether the event at hand ends the call that the last enter event began. */
  isEnterValid: boolean;
  /** A copy of the last enter event of a kind whose exit needs it. */
  enterEvent: EventView | undefined;
  /** False once the thread has left the table. */
  isInTable: boolean;
  /** When the thread was last looked up: the table's own count of look-ups, for choosing whom to forget. */
  lastUsed: number;
}
