import { existsSync, readdirSync, readFileSync, writeFile, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerCgroups } from './decision.ts';
import type { ProcessSignals } from './executors.ts';

const SIGKILL = 9;

/**
 * What can be done to a whole container through its cgroups, at once and without asking a runtime. All of it is a few
 * writes to files of the kernel's. Each function says by which way it was done; undefined where there is none.
 */

/** Processes that get a signal each: for more of them it takes longer than the kernel's own way. */
const MOST_SIGNALLED = 128;

export interface CgroupKill {
  readonly cgroups: ContainerCgroups;
  /** Who was in them a moment ago, by `processesIn`. */
  readonly processes: readonly number[];
  readonly signals: ProcessSignals;
  /** Nanoseconds since the epoch. */
  readonly now: bigint;
  /** Takes what is to be done behind the signals. */
  defer(work: () => void): void;
  /** That could not be done. */
  onError(error: Error): void;
}

/**
 * Kills every process of the container, wherever below its cgroup it is. When it returns each one that was listed has got
 * its signal. The rest is deferred: `cgroup.kill` ends who was forked meanwhile, and version 1's freezer lets go what it
 * holds, which dies only then. Both take locks that runtimes hold, for tens of milliseconds at times, while they make and
 * remove other containers.
 */
export function killCgroup(kill: CgroupKill): string | undefined {
  const { cgroups, processes, signals, now } = kill;
  const { unified, freezer } = cgroups;
  if (unified !== undefined && existsSync(join(unified, 'cgroup.kill'))) {
    if (processes.length <= MOST_SIGNALLED && isKillSent(processes, signals, now)) {
      kill.defer(() => {
        writeBehind(join(unified, 'cgroup.kill'), '1', kill.onError);
        if (freezer !== undefined) writeBehind(join(freezer, 'freezer.state'), 'THAWED', kill.onError);
      });
      return 'signals and cgroup.kill';
    }
    writeFileSync(join(unified, 'cgroup.kill'), '1');
    if (freezer !== undefined && isFrozen(freezer)) thawFreezer(freezer);
    return 'cgroup.kill';
  }
  const folder = freezer ?? unified;
  if (folder === undefined) return undefined;
  // Held still, nothing can fork away from the signals.
  freezeCgroup(cgroups);
  try {
    for (const pid of processesIn(folder)) signals.signal(pid, SIGKILL, now);
  } finally {
    thawCgroup(cgroups);
  }
  return 'signals while frozen';
}

/** Whether each of them got it; nobody does whose pid is not told here (0), or whom signals may not reach. */
function isKillSent(processes: readonly number[], signals: ProcessSignals, now: bigint): boolean {
  if (processes.includes(0)) return false;
  try {
    for (const pid of processes) signals.signal(pid, SIGKILL, now);
    return true;
  } catch {
    // `cgroup.kill` asks for other rights, and says what is wrong if it can't either.
    return false;
  }
}

/** In a thread of the pool's: whoever writes there may have to wait. */
function writeBehind(file: string, text: string, onError: (error: Error) => void): void {
  writeFile(file, text, (error) => {
    // A cgroup that is gone took its processes with it.
    if (error !== null && error.code !== 'ENOENT' && error.code !== 'ENODEV') onError(error);
  });
}

/** Freezes the container. Version 1's freezer comes first where there is one: it is what runtimes themselves look at. */
export function freezeCgroup({ unified, freezer }: ContainerCgroups): string | undefined {
  if (freezer !== undefined && existsSync(join(freezer, 'freezer.state'))) {
    writeFileSync(join(freezer, 'freezer.state'), 'FROZEN');
    return 'freezer.state';
  }
  if (unified !== undefined && existsSync(join(unified, 'cgroup.freeze'))) {
    writeFileSync(join(unified, 'cgroup.freeze'), '1');
    return 'cgroup.freeze';
  }
  return undefined;
}

/** Lets a frozen container go on, whichever way it was frozen. @returns false where nothing of it is there any more. */
export function thawCgroup({ unified, freezer }: ContainerCgroups): boolean {
  let isThere = false;
  if (freezer !== undefined && existsSync(join(freezer, 'freezer.state'))) {
    thawFreezer(freezer);
    isThere = true;
  }
  if (unified !== undefined && existsSync(join(unified, 'cgroup.freeze'))) {
    writeFileSync(join(unified, 'cgroup.freeze'), '0');
    isThere = true;
  }
  return isThere;
}

/** Every process in a cgroup and those below it. */
export function processesIn(folder: string): readonly number[] {
  const listed = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...listed, ...below.flatMap(({ name }) => processesIn(join(folder, name)))];
}

function isFrozen(freezer: string): boolean {
  const file = join(freezer, 'freezer.state');
  return existsSync(file) && readFileSync(file, 'utf8').trim() !== 'THAWED';
}

function thawFreezer(freezer: string): void {
  writeFileSync(join(freezer, 'freezer.state'), 'THAWED');
}
