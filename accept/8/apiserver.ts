import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openCluster } from '@seawall/pki';
import { apiServerMissing } from '../../packages/kube/src/testing/index.ts';
import { apiserverFlags } from '../../packages/pki/src/etcd/configuration/apiserver.ts';
import { etcdMissing, startCluster } from '../../packages/pki/src/testing/etcd-members.ts';
import type { AcceptanceResult } from '../row.ts';
import { runWithApiserver } from './support/real-apiserver.ts';
import { withScratch } from './support/scratch.ts';

export const title =
  "kube-apiserver talks to etcd with the generated client certificate, also while everything is renewed and rotated (or etcdctl stands in where it isn't built)";

export function run(): Promise<AcceptanceResult> {
  const missing = etcdMissing();
  if (missing) return Promise.resolve({ skipped: missing });
  return withScratch(async (root) => {
    const cluster = await startCluster(root);
    try {
      const { description, directory } = openCluster(cluster.cluster.directory);
      const flags = apiserverFlags(description, description.members[0]!, {
        filesAt: join(directory, 'members', '{member}'),
        dataDirectory: '',
        clientAddresses: [],
        isExistingCluster: false,
      });
      const noApiserver = apiServerMissing();
      if (noApiserver !== false) return askWithEtcdctl(flags);
      const { writes, failures, steps, isRefusedWithoutCertificate } = await runWithApiserver(
        directory,
        cluster,
        flags,
      );
      const { stdout } = etcdctl(flags, 'get', '/registry/configmaps/default/', '--prefix', '--keys-only');
      const kept = stdout.match(/^\/registry\/configmaps\/default\/seawall-/gm)?.length ?? 0;
      return {
        figure: `a real kube-apiserver with the four generated flags: ${writes} objects written and read back while all leaves were renewed and both authorities rotated in ${steps} steps, ${failures.length} failed${failures[0] === undefined ? '' : ` (${failures[0]})`}; etcd has ${kept}; without the certificate it ${isRefusedWithoutCertificate ? 'does not start' : 'is let in'}`,
        passed: failures.length === 0 && writes > 50 && kept === writes && isRefusedWithoutCertificate,
      };
    } finally {
      await cluster.stop();
    }
  });
}

/** With the values of kube-apiserver's flags, which say the same to etcdctl under other names. */
function etcdctl(flags: readonly string[], ...words: string[]) {
  const values = new Map(flags.map((flag) => flag.replace('--etcd-', '').split('=', 2) as [string, string]));
  const credentials = [`--cert=${values.get('certfile')}`, `--key=${values.get('keyfile')}`];
  return spawnSync(
    'etcdctl',
    [
      `--endpoints=${values.get('servers')}`,
      `--cacert=${values.get('cafile')}`,
      ...(values.has('certfile') ? credentials : ['--command-timeout=3s']),
      ...words,
    ],
    { encoding: 'utf8', env: { PATH: process.env.PATH, ETCDCTL_API: '3' } },
  );
}

function askWithEtcdctl(flags: readonly string[]): AcceptanceResult {
  const written = etcdctl(flags, 'put', '/registry/seawall', 'here');
  const read = etcdctl(flags, 'get', '/registry/seawall', '--print-value-only');
  const health = etcdctl(flags, 'endpoint', 'health');
  const healthy = `${health.stdout}${health.stderr}`.match(/is healthy/g)?.length ?? 0;
  const stranger = etcdctl(flags.slice(0, 2), 'get', '/');
  const passed =
    written.status === 0 && read.stdout.trim() === 'here' && healthy === 3 && stranger.status !== 0;
  return {
    figure: `kube-apiserver is not built here: etcdctl stands in, with the values of the four generated kube-apiserver flags; wrote and read a key, ${healthy} of 3 endpoints healthy; without the certificate: ${stranger.status === 0 ? 'let in' : 'refused'}`,
    passed,
  };
}
