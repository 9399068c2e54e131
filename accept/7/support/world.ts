import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportKey, generateKey } from '@seawall/pki';
import { leaf, makeClusterCertificates } from '../../../packages/posture/src/fixtures/certificates.ts';

/** A control plane's surroundings inside namespaces of their own: /etc/kubernetes, certificates, a network, containerd, etcd. */
export interface World {
  readonly folder: string;
  readonly bin: string;
  readonly address: string;
}

const PKI = '/etc/kubernetes/pki';

function must(command: string, ...parameters: string[]): void {
  const result = spawnSync(command, parameters, { encoding: 'utf8' });
  if (result.status !== 0)
    throw new Error(`${command} ${parameters.join(' ')}: ${result.stderr}${result.error ?? ''}`);
}

/** Lays an overlay over /etc, makes a network and kubeadm's files. To be called inside `runInside` alone. */
export async function makeWorld(bin: string): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-world-'));
  for (const name of ['upper', 'work', 'run']) mkdirSync(join(folder, name));
  must('mount', '--make-rprivate', '/');
  must(
    'mount',
    '-t',
    'overlay',
    'overlay',
    '-o',
    `lowerdir=/etc,upperdir=${folder}/upper,workdir=${folder}/work`,
    '/etc',
  );
  must('ip', 'link', 'set', 'lo', 'up');
  must('ip', 'link', 'add', 'node0', 'type', 'veth', 'peer', 'name', 'node1');
  must('ip', 'address', 'add', '10.99.0.1/24', 'dev', 'node0');
  must('ip', 'link', 'set', 'node0', 'up');
  must('ip', 'link', 'set', 'node1', 'up');
  must('ip', 'route', 'add', 'default', 'via', '10.99.0.2');
  mkdirSync(join(PKI, 'etcd'), { recursive: true });
  const now = Date.now();
  const { cluster, etcdClients, etcdPeers } = await makeClusterCertificates(now);
  const put = (name: string, text: string) => writeFileSync(join(PKI, name), text, { mode: 0o600 });
  put('ca.crt', cluster.certificate.toString());
  put('ca.key', exportKey(cluster.key));
  put('etcd/ca.crt', etcdClients.certificate.toString());
  put('etcd/peer-ca.crt', etcdPeers.certificate.toString());
  const both = ['serverAuth', 'clientAuth'] as const;
  for (const [name, issuer, usages] of [
    ['apiserver', cluster, ['serverAuth']],
    ['apiserver-etcd-client', etcdClients, ['clientAuth']],
    ['etcd/server', etcdClients, both],
    ['etcd/peer', etcdPeers, both],
  ] as const) {
    const pair = await leaf(issuer, name.replace('/', '-'), usages, now);
    put(`${name}.crt`, pair.certificate);
    put(`${name}.key`, pair.key);
  }
  const account = await generateKey('p256');
  put('sa.key', account.export({ type: 'sec1', format: 'pem' }).toString());
  put('sa.pub', createPublicKey(account).export({ type: 'spki', format: 'pem' }).toString());
  issueMaster('apiserver-kubelet-client');
  issueMaster('admin');
  return { folder, bin, address: '10.99.0.1' };
}

/** A client certificate of the group system:masters, as kubeadm gives the API server for kubelets; OpenSSL makes the group. */
function issueMaster(name: string): void {
  const base = join(PKI, name);
  must('openssl', 'ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', `${base}.key`);
  must(
    'openssl',
    'req',
    '-new',
    '-key',
    `${base}.key`,
    '-subj',
    `/O=system:masters/CN=${name}`,
    '-out',
    `${base}.csr`,
  );
  must(
    'openssl',
    'x509',
    '-req',
    '-in',
    `${base}.csr`,
    '-CA',
    `${PKI}/ca.crt`,
    '-CAkey',
    `${PKI}/ca.key`,
    '-CAcreateserial',
    '-days',
    '30',
    '-out',
    `${base}.crt`,
  );
}

/** Writes a kubeconfig of an administrator. */
export function writeKubeconfig(path: string): void {
  const user = { 'client-certificate': `${PKI}/admin.crt`, 'client-key': `${PKI}/admin.key` };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'c', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority': `${PKI}/ca.crt` } },
    ],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
}

/** A component that runs. */
export interface Running {
  readonly pid: number;
  readonly log: () => string;
  readonly hasEnded: () => boolean;
  stop(): Promise<void>;
}

/** Starts a program; its output goes to a file of the world. */
export function start(world: World, program: string, parameters: readonly string[]): Running {
  const path = join(world.folder, 'run', `${program.split('/').at(-1)}-${Date.now()}.log`);
  const output = openSync(path, 'w');
  const child = spawn(program, parameters, {
    stdio: ['ignore', output, output],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid!,
    log: () => readFileSync(path, 'utf8'),
    hasEnded,
    stop: () => stop(child, hasEnded),
  };
}

function stop(child: ChildProcess, hasEnded: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (hasEnded()) {
      resolve();
      return;
    }
    const force = setTimeout(() => child.kill('SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** Waits until a port of loopback accepts connections. False when the component ended first, or after the time given. */
export async function waitForPort(port: number, running: Running, seconds = 60): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end && !running.hasEnded()) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isOpen) return true;
    await sleep(200);
  }
  return false;
}

/** Starts containerd with folders of its own. */
export async function startContainerd(world: World): Promise<{ running: Running; endpoint: string }> {
  const socket = join(world.folder, 'run/containerd.sock');
  writeFileSync(
    join(world.folder, 'containerd.toml'),
    `version = 2
root = "${world.folder}/containerd"
state = "${world.folder}/run/containerd"
[grpc]
address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
restrict_oom_score_adj = true
sandbox_image = "localhost/pause:1"
`,
  );
  const running = start(world, 'containerd', ['--config', join(world.folder, 'containerd.toml')]);
  for (let wait = 0; wait < 100 && !/containerd successfully booted/.test(running.log()); wait += 1)
    await sleep(200);
  if (running.hasEnded()) throw new Error(`containerd ended: ${running.log().slice(-1000)}`);
  return { running, endpoint: `unix://${socket}` };
}
