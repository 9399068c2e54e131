import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readKubeconfig } from '../api-server/credentials.ts';
import { openApiConnection } from '../api-server/request.ts';
import { type Daemon, removeFolder, startDaemon } from './daemon.ts';

/** A kube-apiserver of the test's own on loopback, with an etcd behind it and nothing else of a cluster. */
export interface ApiServer {
  readonly folder: string;
  readonly server: string;
  /** Of somebody who may do everything. */
  readonly kubeconfig: string;
  /** The token of somebody who may do nothing. */
  readonly powerlessToken: string;
  /** Of kube-apiserver, as it runs now. */
  pid(): number;
  /** A token of a service account that is there, as the API server itself would sign it; that makes none of less than ten minutes. */
  accountToken(account: ServiceAccount, seconds: number): string;
  /** Writes a kubeconfig of whoever has the token that lies in a file. @returns its path */
  writeKubeconfig(name: string, tokenFile: string): string;
  /** Ends kube-apiserver; etcd goes on. */
  pause(): Promise<void>;
  /** Starts it anew, at the same address. */
  resume(): Promise<void>;
  /** Lets its own etcd forget all versions but the newest, as API servers do every five minutes. */
  compact(): Promise<void>;
  stop(): Promise<void>;
}

/** `metadata` of a service account. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const READY_LIMIT = 60_000;
const ISSUER = 'https://kubernetes.default.svc';

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
    return 'no kube-apiserver: accept/7/support/build-kubernetes.ts builds one, SEAWALL_KUBERNETES_BIN names its folder';
  }
  if (spawnSync('etcd', ['--version']).error !== undefined) {
    return 'etcd is not installed (apt-get install etcd-server)';
  }
  return false;
}

interface Etcd {
  readonly url: string;
  stop(): Promise<void>;
}

async function startEtcd(folder: string): Promise<Etcd> {
  const [clientPort, peerPort] = (await freePorts(2)) as [number, number];
  const url = `http://127.0.0.1:${clientPort}`;
  const { stop } = await startDaemon(
    'etcd',
    [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
    ],
    { host: '127.0.0.1', port: clientPort },
    join(folder, 'etcd.log'),
  );
  return { url, stop };
}

/**
 * Starts etcd and kube-apiserver, and waits until that is ready; takes some seconds.
 * @param more further flags; where they say which etcd to use, none is started.
 * @throws with the log of what didn't start.
 */
export async function startApiServer(more: readonly string[] = []): Promise<ApiServer> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-apiserver-'));
  const [port] = (await freePorts(1)) as [number];
  const hasEtcd = more.some((flag) => flag.startsWith('--etcd-servers='));
  const etcd = hasEtcd ? undefined : await startEtcd(folder);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const accountKey = join(folder, 'account.key');
  writeFileSync(accountKey, privateKey.export({ type: 'sec1', format: 'pem' }));
  const token = randomBytes(16).toString('hex');
  const powerlessToken = randomBytes(16).toString('hex');
  const tokens = join(folder, 'tokens.csv');
  writeFileSync(tokens, `${token},admin,1,system:masters\n${powerlessToken},nobody,2\n`);
  const flags = [
    ...(etcd === undefined ? [] : [`--etcd-servers=${etcd.url}`]),
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--insecure-port=0',
    `--cert-dir=${folder}`,
    `--token-auth-file=${tokens}`,
    '--authorization-mode=RBAC',
    `--service-account-key-file=${accountKey}`,
    `--service-account-signing-key-file=${accountKey}`,
    `--service-account-issuer=${ISSUER}`,
    '--service-cluster-ip-range=10.96.0.0/24',
    '--endpoint-reconciler-type=none',
    '--disable-admission-plugins=ServiceAccount',
    ...more,
  ];
  const server = `https://127.0.0.1:${port}`;
  let apiServer: Daemon | undefined;

  function kubeconfigOf(name: string, user: object): string {
    const path = join(folder, name);
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority': 'apiserver.crt' } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  const kubeconfig = kubeconfigOf('admin.conf', { token });

  async function resume(): Promise<void> {
    const log = join(folder, 'apiserver.log');
    apiServer = await startDaemon(programPath(), flags, { host: '127.0.0.1', port }, log);
    await untilReady(kubeconfig, apiServer);
  }

  async function stop(): Promise<void> {
    await apiServer?.stop();
    await etcd?.stop();
    removeFolder(folder);
  }

  try {
    await resume();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ folder, server, kubeconfig, powerlessToken, resume, stop },
    pid: () => (apiServer as Daemon).pid,
    accountToken({ namespace, name, uid }, seconds) {
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        ...{ iss: ISSUER, aud: [ISSUER], iat: now, nbf: now, exp: now + seconds },
        sub: `system:serviceaccount:${namespace}:${name}`,
        'kubernetes.io': { namespace, serviceaccount: { name, uid } },
      };
      const parts = [{ alg: 'ES256', typ: 'JWT' }, claims].map((part) =>
        Buffer.from(JSON.stringify(part)).toString('base64url'),
      );
      const signed = parts.join('.');
      const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${signed}.${signature.toString('base64url')}`;
    },
    writeKubeconfig: (name, tokenFile) => kubeconfigOf(name, { tokenFile }),
    pause: async () => apiServer?.stop(),
    async compact() {
      const ask = async (path: string, body: object): Promise<{ header: { revision: string } }> => {
        const answer = await fetch(`${etcd?.url}/v3/kv/${path}`, {
          method: 'POST',
          body: JSON.stringify(body),
        });
        return (await answer.json()) as { header: { revision: string } };
      };
      const { revision } = (await ask('range', { key: 'AA==' })).header;
      await ask('compaction', { revision, physical: true });
    },
  };
}

/** The port is open before everything behind it is ready. */
async function untilReady(kubeconfig: string, daemon: Daemon): Promise<void> {
  const end = performance.now() + READY_LIMIT;
  for (;;) {
    const connection = openApiConnection(readKubeconfig(kubeconfig));
    try {
      for await (const line of connection.follow('/readyz', AbortSignal.timeout(READY_LIMIT), READY_LIMIT)) {
        if (line === 'ok') return;
      }
    } catch (error) {
      if (performance.now() > end) throw new Error(`no API server:\n${daemon.log()}`, { cause: error });
    } finally {
      connection.close();
    }
    await sleep(100);
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const found = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return found;
}
