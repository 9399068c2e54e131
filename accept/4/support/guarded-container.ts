import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Containerd,
  CRI_NAMESPACE,
  containerdMissing,
  makeBusyboxImage,
  startContainerd,
} from '@seawall/kube/testing';
import { canEnforce } from '@seawall/probe';
import { makeGuardedTree } from '../../../packages/probe/src/testing/guarded-tree.ts';
import { type Attempts, parseAttempts } from '../../../packages/probe/src/testing/overlay-container.ts';

/** A containerd with the image in which native/testing/attempt.c tries what a guard forbids. */
export interface GuardedContainerd extends Containerd {
  readonly image: string;
  /** Where forbidden programs leave their marks, and attempts what came of them: /marks and /reports. */
  readonly mounts: readonly { readonly source: string; readonly destination: string }[];
  /** Lets a running container that has the mounts try a forbidden program so many times, in one of attempt.c's ways. */
  attempt(id: string, way: string, times: number): Attempts;
  /** What forbidden programs left. */
  marksMade(): readonly string[];
}

/** Why it can't be had here; undefined where it can. */
export function guardedContainerdMissing(): string | undefined {
  const { programs, connections, opens } = canEnforce().obstacles;
  return programs ?? connections ?? opens ?? (containerdMissing() || undefined);
}

/** Starts it, and runs `use`; everything is removed afterwards. */
export async function withGuardedContainerd<T>(
  use: (containerd: GuardedContainerd) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  const marks = join(folder, 'marks');
  const reports = join(folder, 'reports');
  for (const place of [marks, reports]) mkdirSync(place);
  const image = 'localhost/seawall-guarded:1';
  try {
    const files = makeGuardedTree(folder);
    const containerd = await startContainerd();
    try {
      const guarded = makeBusyboxImage(join(folder, 'image'), { name: image, files });
      containerd.importImage(guarded);
      containerd.importImage(guarded, CRI_NAMESPACE);
      // What a pod's own container is made from.
      containerd.importImage(makeBusyboxImage(join(folder, 'pause')), CRI_NAMESPACE);
      return await use({
        ...containerd,
        image,
        mounts: [
          { source: marks, destination: '/marks' },
          { source: reports, destination: '/reports' },
        ],
        attempt(id, way, times) {
          // `ctr` loses what a program prints now and then.
          const script = `/bin/attempt exec ${way} ${times} /marks > /reports/${way}`;
          const complaint = containerd.exec(id, ['/bin/busybox', 'sh', '-c', script]);
          return parseAttempts(readFileSync(join(reports, way), 'utf8'), complaint);
        },
        marksMade: () => readdirSync(marks),
      });
    } finally {
      await containerd.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts a container whose first program is ended: mostly before anybody can look at it, which is told as an error. */
export function startAndForget(start: () => unknown): void {
  try {
    start();
  } catch (error) {
    if (!/ENOENT|ESRCH|tasks list/.test(String(error))) throw error;
  }
}

/** Tries what is forbidden, of which the runtime says that it was killed or failed. @throws where it went well. */
export function expectRefusal(attempt: () => unknown): void {
  try {
    attempt();
  } catch {
    return;
  }
  throw new Error('the runtime said that what is forbidden went well');
}
