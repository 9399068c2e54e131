import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, openCluster } from '../etcd/cluster.ts';
import { etcdConfigFile, etcdFlags, systemdDropIn } from '../etcd/configuration/etcd.ts';
import type { ConfigurationOptions } from '../etcd/configuration/options.ts';
import { type InitialiseOrder, initialise } from '../etcd/initialise.ts';
import { leafOf, ports, readCredentials, tryPort } from '../etcd/live.ts';
import type { Member } from '../etcd/members.ts';

/** Why tests with a real etcd can't run here, or undefined where they can. */
export function etcdMissing(): string | undefined {
  for (const program of ['etcd', 'etcdctl']) {
    if (spawnSync(program, ['--help']).error)
      return `${program} is not installed (apt-get install etcd-server etcd-client)`;
  }
  return undefined;
}

/** Free ports of loopback, asked of the kernel all at once so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const found = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return found;
}

/** `etcd-a`, `etcd-b`, ... on loopback with ports of their own. */
export async function loopbackMembers(count: number): Promise<Member[]> {
  const found = await freePorts(count * 2);
  return Array.from({ length: count }, (_, index) => ({
    name: `etcd-${String.fromCharCode(97 + index)}`,
    addresses: ['127.0.0.1', 'localhost'],
    clientPort: found[index * 2]!,
    peerPort: found[index * 2 + 1]!,
  }));
}

/** What `init` is told in tests, unless they say otherwise. */
export function testDescription(members: readonly Member[]): InitialiseOrder['description'] {
  return {
    clusterName: 'test-etcd',
    layout: 'seawall',
    members: members.map((member) => ({ ...member, addresses: [...member.addresses] })),
    hasGatewayClient: false,
    algorithm: 'p256',
    leafDays: 365,
    authorityDays: 3650,
    keyKeeping: 'plain',
  };
}

/** A member that runs, with what it logs. */
export interface RunningMember {
  readonly member: Member;
  log(): string;
  stop(): Promise<void>;
  /** Stops it, starts it again with the same flags and files, and waits until it is healthy. */
  restart(): Promise<void>;
}

export interface RunningCluster {
  readonly cluster: Cluster;
  readonly members: readonly RunningMember[];
  stop(): Promise<void>;
}

/** Initialises a cluster under a directory and starts its members with the generated files and flags alone. */
export async function startCluster(
  root: string,
  count = 3,
  change: Partial<InitialiseOrder['description']> = {},
): Promise<RunningCluster> {
  const directory = join(root, 'pki');
  const description = { ...testDescription(await loopbackMembers(count)), ...change };
  await initialise({ directory, description, now: Date.now() });
  return startMembers(directory, root);
}

/** In which of the generated forms a member is told its settings. */
export type SettingsForm = 'flags' | 'config-file' | 'environment';

/** Starts every member of an initialised cluster, its files used where they lie; the n-th member in the n-th form. */
export async function startMembers(
  directory: string,
  root: string,
  forms: readonly SettingsForm[] = ['flags'],
): Promise<RunningCluster> {
  const cluster = openCluster(directory);
  const options: ConfigurationOptions = {
    filesAt: join(directory, 'members', '{member}'),
    dataDirectory: join(root, 'data', '{member}'),
    clientAddresses: [],
    isExistingCluster: false,
  };
  const members = cluster.description.members.map((member, index) => {
    const start = startIn(forms[index % forms.length]!, cluster, member, options, root);
    return runMember(cluster, member, start, join(root, `${member.name}.log`));
  });
  const running: RunningCluster = {
    cluster,
    members,
    async stop() {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
  try {
    await Promise.all(members.map(({ member }) => untilHealthy(cluster, member)));
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

/** Waits until a member says that it is healthy; patiently, because a handshake given up shows as a rejected connection in its log. */
export async function untilHealthy(cluster: Cluster, member: Member, milliseconds = 30_000): Promise<void> {
  const port = ports[0]!;
  const end = Date.now() + milliseconds;
  for (;;) {
    const credentials = readCredentials(cluster.directory, leafOf(cluster, member, port.right));
    const outcome = await tryPort(member, port, credentials, Math.max(end - Date.now(), 1));
    if (outcome.kind === 'accepted' && outcome.body.includes('true')) return;
    if (Date.now() > end)
      throw new Error(`${member.name} is not healthy: ${outcome.kind} ${outcome.reason} ${outcome.body}`);
    await sleep(100);
  }
}

interface Start {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

function startIn(
  form: SettingsForm,
  { description }: Cluster,
  member: Member,
  options: ConfigurationOptions,
  root: string,
): Start {
  if (form === 'flags') return { words: etcdFlags(description, member, options), environment: {} };
  if (form === 'config-file') {
    const path = join(root, `${member.name}.yaml`);
    writeFileSync(path, etcdConfigFile(description, member, options));
    return { words: [`--config-file=${path}`], environment: {} };
  }
  const lines = systemdDropIn(description, member, options).matchAll(/^Environment="(\w+)=(.*)"$/gm);
  return { words: [], environment: Object.fromEntries([...lines].map(([, name, value]) => [name, value])) };
}

function runMember(cluster: Cluster, member: Member, start: Start, logPath: string): RunningMember {
  const launch = (): ChildProcess => {
    const log = openSync(logPath, 'a');
    const child = spawn('etcd', start.words, {
      stdio: ['ignore', log, log],
      env: { PATH: process.env.PATH, ...start.environment },
    });
    closeSync(log);
    return child;
  };
  let child = launch();
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  return {
    member,
    log: () => readFileSync(logPath, 'utf8'),
    stop,
    async restart() {
      await stop();
      child = launch();
      await untilHealthy(cluster, member);
    },
  };
}
