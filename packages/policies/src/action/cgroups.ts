import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerCgroups } from './decision.ts';
import type { ProcessSignals } from './executors.ts';

const SIGKILL = 9;

/**
 * What can be done to a whole container through its cgroups, at once and without asking a runtime. All of it is a few
 * writes to files of the kernel's. Each function says by which way it was done; undefined where there is none.
 */

/** Kills every process of the container, wherever below its cgroup it is. */
export function killCgroup(
  cgroups: ContainerCgroups,
  signals: ProcessSignals,
  now: bigint,
): string | undefined {
  const { unified, freezer } = cgroups;
  if (unified !== undefined && existsSync(join(unified, 'cgroup.kill'))) {
    writeFileSync(join(unified, 'cgroup.kill'), '1');
    // What version 1's freezer holds dies only when it is let go; version 2's lets the killed go by itself.
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
