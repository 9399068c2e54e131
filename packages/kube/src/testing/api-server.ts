import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Daemon, removeFolder, startDaemon } from './daemon.ts';

/** A kube-apiserver of the test's own on loopback, with an etcd behind it and nothing else of a cluster. */
export interface ApiServer {
  readonly folder: string;
  readonly server: string;
  /** Of somebody who may do everything. */
  readonly kubeconfig: string;
  /** The token of somebody who may do nothing. */
  readonly powerlessToken: string;
  stop(): Promise<void>;
}

/** Where a kube-apiserver lies: none is packaged, so somebody has to have built one. */
function programPath(): string {
  const folder =
    process.env.SEAWALL_KUBERNETES_BIN ??
    join(import.meta.dirname, '../../../../.seawall/kubernetes-1.20/bin');
  return join(folder, 'kube-apiserver');
}

/** Why no API server can be run here; false where one can. */
export function apiServerMissing(): string | false {
  const program = programPath();
  if (!existsSync(program)) {
    return 'no kube-apiserver: npm run accept -- 7 real-kubernetes builds one, SEAWALL_KUBERNETES_BIN names its folder';
  }
  if (spawnSync('etcd', ['--version']).error !== undefined) {
    return 'etcd is not installed (apt-get install etcd-server)';
  }
  return false;
}

/**
 * Starts etcd and kube-apiserver; takes some seconds.
 * @param more further flags.
 * @throws with the log of what didn't start.
 */
export async function startApiServer(more: readonly string[] = []): Promise<ApiServer> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-apiserver-'));
  const [clientPort, peerPort, port] = await freePorts(3);
  const etcdUrl = `http://127.0.0.1:${clientPort}`;
  const etcd = await startDaemon(
    'etcd',
    [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
    ],
    { host: '127.0.0.1', port: clientPort as number },
    join(folder, 'etcd.log'),
  );
  let apiServer: Daemon | undefined;
  const stop = async (): Promise<void> => {
    await apiServer?.stop();
    await etcd.stop();
    removeFolder(folder);
  };
  try {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const accountKey = join(folder, 'account.key');
    writeFileSync(accountKey, privateKey.export({ type: 'sec1', format: 'pem' }));
    const token = randomBytes(16).toString('hex');
    const powerlessToken = randomBytes(16).toString('hex');
    const tokens = join(folder, 'tokens.csv');
    writeFileSync(tokens, `${token},admin,1,system:masters\n${powerlessToken},nobody,2\n`);
    apiServer = await startDaemon(
      programPath(),
      [
        `--etcd-servers=${etcdUrl}`,
        '--bind-address=127.0.0.1',
        `--secure-port=${port}`,
        '--insecure-port=0',
        `--cert-dir=${folder}`,
        `--token-auth-file=${tokens}`,
        '--authorization-mode=RBAC',
        `--service-account-key-file=${accountKey}`,
        `--service-account-signing-key-file=${accountKey}`,
        '--service-account-issuer=https://kubernetes.default.svc',
        '--service-cluster-ip-range=10.96.0.0/24',
        '--endpoint-reconciler-type=none',
        '--disable-admission-plugins=ServiceAccount',
        ...more,
      ],
      { host: '127.0.0.1', port: port as number },
      join(folder, 'apiserver.log'),
    );
    const server = `https://127.0.0.1:${port}`;
    const kubeconfig = join(folder, 'admin.conf');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority': 'apiserver.crt' } }],
      users: [{ name: 'u', user: { token } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    writeFileSync(kubeconfig, JSON.stringify(config));
    return { folder, server, kubeconfig, powerlessToken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const found = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return found;
}
