import { join } from 'node:path';
import { etcdMissing, loopbackMembers, startMembers } from '../../packages/pki/src/testing/etcd-members.ts';
import type { AcceptanceResult } from '../row.ts';
import { memberText, seawall } from './support/command.ts';
import { withScratch } from './support/scratch.ts';
import { createWorkload, reasonsText } from './support/workload.ts';

export const title =
  'a real three-member etcd started with the generated files and flags alone is healthy: no rejected connection, the JSON gateway answers, 10,000 writes and reads while one member is restarted';

const pairs = 10_000;
const concurrency = 24;

export function run(): Promise<AcceptanceResult> {
  const missing = etcdMissing();
  if (missing) return Promise.resolve({ skipped: missing });
  return withScratch(async (root) => {
    const directory = join(root, 'pki');
    const members = await loopbackMembers(3);
    await seawall('pki', 'etcd', 'init', '--directory', directory, '--members', ...members.map(memberText));
    const cluster = await startMembers(directory, root, ['flags', 'config-file', 'environment']);
    try {
      const files = join(directory, 'members', members[0]!.name);
      const workload = createWorkload(members, {
        certificate: join(files, 'apiserver-client.crt'),
        key: join(files, 'apiserver-client.key'),
        authority: join(files, 'ca.crt'),
      });
      const begin = Date.now();
      const work = workload.run(pairs, concurrency);
      await untilTrue(() => workload.counts.writes > pairs / 4);
      await workload.duringRestart(() => cluster.members[1]!.restart());
      await work;
      const seconds = (Date.now() - begin) / 1000;
      const rejected = cluster.members.flatMap(({ member, log }) =>
        log()
          .split('\n')
          .filter((line) => line.includes('rejected connection'))
          .map((line) => `${member.name}: ${line}`),
      );
      const { writes, reads, retries, retriesOutsideRestarts, failures, mismatches } = workload.counts;
      const figure = [
        `${writes} writes and ${reads} reads through the JSON gateway in ${seconds.toFixed(1)} s, etcd-b restarted meanwhile`,
        `${failures} failed, ${mismatches} wrong, ${retries} retries (${retriesOutsideRestarts} outside the restart)`,
        `${rejected.length} rejected connections`,
        'started by flags, config file and environment, one each',
        ...rejected.slice(0, 3),
      ].join('; ');
      const passed =
        writes === pairs &&
        reads === pairs &&
        failures === 0 &&
        mismatches === 0 &&
        retriesOutsideRestarts === 0 &&
        rejected.length === 0;
      return { figure: passed ? figure : `${figure}; retries: ${reasonsText(workload.counts)}`, passed };
    } finally {
      await cluster.stop();
    }
  });
}

async function untilTrue(claim: () => boolean): Promise<void> {
  while (!claim()) await new Promise((resolve) => setTimeout(resolve, 20));
}
