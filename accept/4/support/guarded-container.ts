import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
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

/** A containerd with the image in which native/testing/attempt.c tries what a guard forbids. */
export interface GuardedContainerd extends Containerd {
  readonly image: string;
  /** On this machine: /marks of every container that `mounts` is given to. */
  readonly marks: string;
  readonly mounts: readonly { readonly source: string; readonly destination: string }[];
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
  mkdirSync(marks);
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
        marks,
        mounts: [{ source: marks, destination: '/marks' }],
        marksMade: () => readdirSync(marks),
      });
    } finally {
      await containerd.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
