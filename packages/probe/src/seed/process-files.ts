/* The files of /proc that describe a thread, as values. Formats: proc(5). */

/** What /proc/PID/stat says. */
export interface StatFacts {
  readonly comm: string;
  readonly parentPid: number;
  readonly processGroup: number;
  readonly session: number;
  readonly terminal: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** In ticks since the machine's start. */
  readonly startTicks: number;
}

/** The name may hold anything, spaces and parentheses too: the last parenthesis ends it. */
export function parseStat(text: string): StatFacts | undefined {
  const start = text.indexOf('(');
  const end = text.lastIndexOf(')');
  if (start < 0 || end < start) return undefined;
  const fields = text
    .slice(end + 2)
    .split(' ')
    .map(Number);
  return {
    comm: text.slice(start + 1, end),
    parentPid: fields[1],
    processGroup: fields[2],
    session: fields[3],
    terminal: fields[4],
    minorFaults: fields[7],
    majorFaults: fields[9],
    startTicks: fields[19],
  };
}

/** What /proc/PID/status says. */
export interface StatusFacts {
  readonly tgid: number;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** Ids from the outermost namespace to the thread's own. */
  readonly threadIds: readonly number[];
  readonly processIds: readonly number[];
  readonly groupIds: readonly number[];
  /** KiB. */
  readonly virtualSize: number;
  readonly residentSize: number;
  readonly swapSize: number;
  readonly capInheritable: bigint;
  readonly capPermitted: bigint;
  readonly capEffective: bigint;
}

export function parseStatus(text: string): StatusFacts {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const numbers = (name: string) => (fields.get(name) ?? '').split(/\s+/).filter(Boolean).map(Number);
  const bits = (name: string) => BigInt(`0x${fields.get(name) ?? '0'}`);
  return {
    tgid: numbers('Tgid')[0] ?? 0,
    uid: numbers('Uid')[1] ?? 0,
    gid: numbers('Gid')[1] ?? 0,
    groups: numbers('Groups'),
    threadIds: numbers('NSpid'),
    processIds: numbers('NStgid'),
    groupIds: numbers('NSpgid'),
    virtualSize: numbers('VmSize')[0] ?? 0,
    residentSize: numbers('VmRSS')[0] ?? 0,
    swapSize: numbers('VmSwap')[0] ?? 0,
    capInheritable: bits('CapInh'),
    capPermitted: bits('CapPrm'),
    capEffective: bits('CapEff'),
  };
}

/** Subsystems that events name, as `subsystem=path`, from /proc/PID/cgroup; a unified hierarchy stands for all. */
export function parseCgroups(text: string): readonly string[] {
  const bySubsystem = new Map<string, string>();
  let unified: string | undefined;
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    if (controllers === '') unified = path;
    else for (const controller of controllers.split(',')) bySubsystem.set(controller, path);
  }
  const cgroups: string[] = [];
  for (const [shown, named] of SUBSYSTEMS) {
    const path = bySubsystem.get(named) ?? unified;
    if (path !== undefined) cgroups.push(`${shown}=${path}`);
  }
  return cgroups;
}

/** As the probe names them, in its order; version 1 calls `io` otherwise. */
const SUBSYSTEMS = [
  ['cpuset', 'cpuset'],
  ['cpu', 'cpu'],
  ['cpuacct', 'cpuacct'],
  ['io', 'blkio'],
  ['memory', 'memory'],
] as const;

/** The soft limit of open files out of /proc/PID/limits; an unlimited one is the highest number. */
export function parseFileLimit(text: string): number {
  const [, limit] = /^Max open files\s+(\d+)/m.exec(text) ?? [];
  return limit === undefined ? -1 : Number(limit);
}
