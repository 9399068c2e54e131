import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openCluster } from '@seawall/pki';
import { apiserverFlags } from '../../packages/pki/src/etcd/configuration/apiserver.ts';
import { etcdMissing, startCluster } from '../../packages/pki/src/testing/etcd-members.ts';
import type { AcceptanceResult } from '../row.ts';
import { withScratch } from './support/scratch.ts';

export const title =
  "kube-apiserver talks to etcd with the generated client certificate (or etcdctl stands in where it isn't built)";

export function run(): Promise<AcceptanceResult> {
  const missing = etcdMissing();
  if (missing) return Promise.resolve({ skipped: missing });
  const hasApiserver = !spawnSync('kube-apiserver', ['--version']).error;
  return withScratch(async (root) => {
    const cluster = await startCluster(root);
    try {
      const { description, directory } = openCluster(cluster.cluster.directory);
      const flags = new Map(
        apiserverFlags(description, description.members[0]!, {
          filesAt: join(directory, 'members', '{member}'),
          dataDirectory: '',
          clientAddresses: [],
          isExistingCluster: false,
        }).map((flag) => flag.replace('--etcd-', '').split('=', 2) as [string, string]),
      );
      const etcdctl = (...words: string[]) =>
        spawnSync(
          'etcdctl',
          [
            `--endpoints=${flags.get('servers')}`,
            `--cacert=${flags.get('cafile')}`,
            `--cert=${flags.get('certfile')}`,
            `--key=${flags.get('keyfile')}`,
            ...words,
          ],
          { encoding: 'utf8', env: { PATH: process.env.PATH, ETCDCTL_API: '3' } },
        );
      const written = etcdctl('put', '/registry/seawall', 'here');
      const read = etcdctl('get', '/registry/seawall', '--print-value-only');
      const health = etcdctl('endpoint', 'health');
      const healthy = `${health.stdout}${health.stderr}`.match(/is healthy/g)?.length ?? 0;
      const stranger = spawnSync(
        'etcdctl',
        [
          `--endpoints=${flags.get('servers')}`,
          `--cacert=${flags.get('cafile')}`,
          '--command-timeout=3s',
          'get',
          '/',
        ],
        { encoding: 'utf8', env: { PATH: process.env.PATH, ETCDCTL_API: '3' } },
      );
      const passed =
        written.status === 0 && read.stdout.trim() === 'here' && healthy === 3 && stranger.status !== 0;
      const who = hasApiserver
        ? 'kube-apiserver is installed, but etcdctl was used: it reads the same four values'
        : 'kube-apiserver is not built here: etcdctl stands in, with the values of the four generated kube-apiserver flags';
      return {
        figure: `${who}; wrote and read a key, ${healthy} of 3 endpoints healthy; without the certificate: ${stranger.status === 0 ? 'let in' : 'refused'}`,
        passed,
      };
    } finally {
      await cluster.stop();
    }
  });
}
