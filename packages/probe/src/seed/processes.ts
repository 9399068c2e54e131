import { type BigIntStats, statSync } from 'node:fs';
import type { ProcessEntry } from '@seawall/events';
import { linkIfThere, numbersIn, readIfThere, splitTexts } from './proc-files.ts';
import {
  parseCgroups,
  parseFileLimit,
  parseStat,
  parseStatus,
  type StatFacts,
  type StatusFacts,
} from './process-files.ts';

/** Texts of arguments and environments are cut where events cut them. */
const TEXT_MAXIMUM = 4096;
/** Ticks of /proc, of which there are 100 a second on every Linux that programs see (USER_HZ). */
const NANOSECONDS_PER_TICK = 10_000_000n;

const THREAD_FLAGS = (1 << 0) | (1 << 13) | (1 << 11) | (1 << 15);
const IN_PID_NAMESPACE = 1 << 29;
const CAP_DAC_OVERRIDE = 1n << 1n;
const CAP_FOWNER = 1n << 3n;

/** Everything that a process's threads have in common. */
interface Shared {
  readonly exepath: string;
  readonly exe: string;
  readonly args: readonly string[];
  readonly environment: readonly string[];
  readonly cwd: string;
  readonly root: string;
  readonly descriptorLimit: number;
  readonly cgroups: readonly string[];
  readonly loginUid: number;
  readonly pidNamespace: string;
  readonly stats: BigIntStats | undefined;
}

/**
 * All threads of the machine, as /proc shows them. Threads that end meanwhile are left out, kernel threads too:
 * they make no events.
 * @param bootTime nanoseconds from the epoch to the machine's start.
 * @param options.onStep called after each process.
 */
export function readProcesses(
  bootTime: bigint,
  { proc = '/proc', onStep = () => undefined }: { readonly proc?: string; onStep?(): void } = {},
): readonly ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  const starts = new Map<string, bigint>();
  const namespaces = new Map<number, string>();
  for (const pid of numbersIn(proc)) {
    const folder = `${proc}/${pid}`;
    const shared = readShared(folder);
    if (shared === undefined) continue;
    for (const tid of numbersIn(`${folder}/task`)) {
      const entry = readThread(`${folder}/task/${tid}`, tid, shared, bootTime);
      if (entry === undefined) continue;
      if (entry.vpid === 1) starts.set(shared.pidNamespace, entry.cloneTime);
      entries.push(entry);
    }
    namespaces.set(pid, shared.pidNamespace);
    onStep();
  }
  return entries.map((entry) => {
    const start = starts.get(namespaces.get(entry.pid) ?? '');
    return start === undefined || entry.vtid === entry.tid ? entry : { ...entry, pidNamespaceStart: start };
  });
}

function readShared(folder: string): Shared | undefined {
  const commandLine = readIfThere(`${folder}/cmdline`);
  const exepath = linkIfThere(`${folder}/exe`);
  if (commandLine === undefined || (commandLine === '' && exepath === '')) return undefined;
  const [exe = '', ...args] = splitTexts(commandLine.slice(0, TEXT_MAXIMUM));
  return {
    exepath,
    exe,
    args,
    environment: splitTexts((readIfThere(`${folder}/environ`) ?? '').slice(0, TEXT_MAXIMUM)),
    cwd: linkIfThere(`${folder}/cwd`),
    root: linkIfThere(`${folder}/root`),
    descriptorLimit: parseFileLimit(readIfThere(`${folder}/limits`) ?? ''),
    cgroups: parseCgroups(readIfThere(`${folder}/cgroup`) ?? ''),
    loginUid: Number(readIfThere(`${folder}/loginuid`) ?? 0xffff_ffff),
    pidNamespace: linkIfThere(`${folder}/ns/pid`),
    stats: statIfThere(`${folder}/exe`),
  };
}

function statIfThere(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

function readThread(folder: string, tid: number, shared: Shared, bootTime: bigint): ProcessEntry | undefined {
  const stat = parseStat(readIfThere(`${folder}/stat`) ?? '');
  const statusText = readIfThere(`${folder}/status`);
  if (stat === undefined || statusText === undefined) return undefined;
  const status = parseStatus(statusText);
  const { exepath, stats } = shared;
  const isInNamespace = status.threadIds.length > 1;
  const isThread = tid !== status.tgid;
  return {
    tid,
    pid: status.tgid,
    parentTid: stat.parentPid,
    sessionId: stat.session,
    vpgid: status.groupIds.at(-1) ?? stat.processGroup,
    pgid: stat.processGroup,
    comm: stat.comm,
    exe: shared.exe,
    exepath: exepath.replace(/ \(deleted\)$/, ''),
    args: shared.args,
    environment: shared.environment,
    cwd: shared.cwd,
    root: shared.root,
    descriptorLimit: shared.descriptorLimit,
    flags: (isThread ? THREAD_FLAGS : 0) | (isInNamespace ? IN_PID_NAMESPACE : 0),
    uid: status.uid,
    gid: status.gid,
    memory: memoryOf(stat, status),
    vtid: status.threadIds.at(-1) ?? tid,
    vpid: status.processIds.at(-1) ?? status.tgid,
    cgroups: shared.cgroups,
    pidNamespaceStart: bootTime,
    tty: stat.terminal,
    loginUid: shared.loginUid,
    isExeWritable: stats !== undefined && isWritable(stats, status),
    isExeUpperLayer: false,
    isExeLowerLayer: false,
    isExeFromMemfd: exepath.startsWith('/memfd:'),
    exeInode: stats?.ino ?? 0n,
    exeInodeCtime: stats?.ctimeNs ?? 0n,
    exeInodeMtime: stats?.mtimeNs ?? 0n,
    capabilities: {
      inheritable: status.capInheritable,
      permitted: status.capPermitted,
      effective: status.capEffective,
    },
    cloneTime: bootTime + BigInt(stat.startTicks) * NANOSECONDS_PER_TICK,
  };
}

function memoryOf(stat: StatFacts, status: StatusFacts): ProcessEntry['memory'] {
  const { virtualSize, residentSize, swapSize } = status;
  return {
    virtualSize,
    residentSize,
    swapSize,
    majorFaults: stat.majorFaults,
    minorFaults: stat.minorFaults,
  };
}

/** Whether the program could have been written by who runs it: owner, permissions, or capabilities (as exec events). */
function isWritable(stats: BigIntStats, { uid, gid, groups, capEffective }: StatusFacts): boolean {
  const mode = Number(stats.mode);
  if (BigInt(uid) === stats.uid) return true;
  if ((capEffective & (CAP_FOWNER | CAP_DAC_OVERRIDE)) !== 0n) return true;
  const isOfGroup = BigInt(gid) === stats.gid || groups.some((group) => BigInt(group) === stats.gid);
  return ((isOfGroup ? mode >> 3 : mode) & 2) !== 0;
}
