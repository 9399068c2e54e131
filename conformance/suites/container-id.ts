import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { matchCgroup } from '@seawall/inspector';
import type { Failure, Suite } from '../suite.ts';

const FILE = 'container_id_vectors.json';

interface Vectors {
  readonly vectors: readonly {
    readonly name: string;
    readonly cgroup: string;
    readonly container_id: string;
    readonly match: boolean;
  }[];
}

export const suite: Suite = {
  file: FILE,
  title: 'cgroup path to container id',
  async run(folder) {
    const { vectors } = JSON.parse(await readFile(join(folder, FILE), 'utf8')) as Vectors;
    const failures: Failure[] = [];
    for (const { name, cgroup, container_id: expected, match } of vectors) {
      const id = matchCgroup(cgroup)?.id;
      if (id === (match ? expected : undefined)) continue;
      failures.push({
        name,
        detail: `${cgroup}: expected ${match ? expected : 'no container'}, got ${id ?? 'none'}`,
      });
    }
    return { passed: vectors.length - failures.length, total: vectors.length, failures };
  },
};
