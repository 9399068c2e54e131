import { type Enforcement, openEnforcement, type Violation } from '@seawall/probe';
import { ALLOWED_IN_TREE, WAYS } from '../../packages/probe/src/testing/guarded-tree.ts';
import type { AcceptanceResult } from '../row.ts';
import {
  expectRefusal,
  type GuardedContainerd,
  guardedContainerdMissing,
  startAndForget,
  withGuardedContainerd,
} from './support/guarded-container.ts';

export const title =
  '1,000 attempts to exec a forbidden program in a guarded container (containerd, real), by direct, script, ld.so, memfd and fexecve, symlink, hard link, bind mount, rename race, a changed copy, runtime exec, the first program: 0 that ran, 1,000 reported';

/** Of each way in a container, through the runtime, and as the first program. */
const EACH = 38;
const BY_RUNTIME = 48;
const FIRST = 40;

interface Tally {
  readonly kind: string;
  readonly tried: number;
  readonly reported: number;
  readonly ended: number;
}

export async function run(): Promise<AcceptanceResult> {
  const missing = guardedContainerdMissing();
  if (missing !== undefined) return { skipped: missing };
  return withGuardedContainerd(async (containerd) => {
    const enforcement = openEnforcement();
    try {
      const programs = { allowed: ALLOWED_IN_TREE };
      const inside = await enforcement.guard({ expected: 'guarded-1' }, { programs });
      const tallies = tryInside(containerd, enforcement);
      await inside.release();
      const first = await enforcement.guard({ expected: 'first-*' }, { programs });
      tallies.push(tryFirst(containerd, enforcement));
      await first.release();
      const tried = tallies.reduce((sum, tally) => sum + tally.tried, 0);
      const reported = tallies.reduce((sum, tally) => sum + tally.reported, 0);
      const ran = containerd.marksMade().length;
      const wrong = tallies.filter((tally) => tally.reported !== tally.tried || tally.ended !== tally.tried);
      const kinds = tallies.map(({ kind, tried: count }) => `${kind} ${count}`).join(', ');
      const faults = wrong.length === 0 ? '' : `; wrong: ${JSON.stringify(wrong)}`;
      return {
        figure: `${tried} attempts (${kinds}): ${ran} ran, ${reported} reported${faults}`,
        passed: tried >= 1000 && ran === 0 && wrong.length === 0,
      };
    } finally {
      await enforcement.close();
    }
  });
}

/** In one container: by its own programs, then by the runtime from outside. */
function tryInside(containerd: GuardedContainerd, enforcement: Enforcement): Tally[] {
  const { image, mounts } = containerd;
  const command = ['/bin/busybox', 'sleep', '1000000'];
  const { id } = containerd.runContainer({ id: 'guarded-1', image, mounts, command, isPrivileged: true });
  expectNothing(take(enforcement));
  const tallies = Object.entries(WAYS).map(([kind, ways]) => {
    const attempts = ways.map((way) => containerd.attempt(id, way, EACH));
    // In a race what is allowed runs as well, now and then: the attempts are those that were not that.
    const ended = attempts.reduce((sum, { killed }) => sum + killed, 0);
    return { kind, tried: EACH * ways.length, reported: take(enforcement).length, ended };
  });
  for (let i = 0; i < BY_RUNTIME; i += 1) {
    expectRefusal(() => containerd.exec(id, ['/bin/forbidden', `/marks/runtime-${i}`]));
  }
  const told = take(enforcement);
  const ended = told.filter(({ outcome }) => outcome === 'ended').length;
  tallies.push({ kind: 'runtime exec', tried: BY_RUNTIME, reported: told.length, ended });
  containerd.removeContainer(id);
  return tallies;
}

function tryFirst(containerd: GuardedContainerd, enforcement: Enforcement): Tally {
  const { image, mounts } = containerd;
  for (let i = 0; i < FIRST; i += 1) {
    const id = `first-${i}`;
    startAndForget(() =>
      containerd.runContainer({ id, image, mounts, command: ['/bin/forbidden', `/marks/${id}`] }),
    );
    containerd.removeContainer(id);
  }
  const told = take(enforcement);
  const ended = told.filter(({ outcome }) => outcome === 'ended').length;
  return { kind: 'first program', tried: FIRST, reported: told.length, ended };
}

function take(enforcement: Enforcement): readonly Violation[] {
  const violations: Violation[] = [];
  enforcement.poll((violation) => violations.push(violation));
  return violations;
}

function expectNothing(violations: readonly Violation[]): void {
  if (violations.length > 0) throw new Error(`the container itself was stopped: ${violations[0].file?.path}`);
}
