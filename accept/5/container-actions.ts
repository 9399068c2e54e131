import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import {
  containerdMissing,
  dockerMissing,
  makeBusyboxImage,
  type RunningContainer,
  startContainerd,
  startDocker,
  unifiedFolderOf,
} from '@seawall/kube/testing';
import { probeSupport } from '@seawall/probe';
import { openStore } from '@seawall/store';
import type { AcceptanceResult } from '../row.ts';
import { readMetric, startAgentProcess, untilReady } from './support/agent-process.ts';
import { withCleanUp } from './support/clean-up.ts';

export const title =
  'a real container (containerd and Docker) breaks a policy with action kill, pause, stop: 500 times each: each acted on, event read to signal p99 under 10 ms';

const TIMES = 500;
/** Containers that are ready at the same time. */
const AT_ONCE = 5;
/** A bound of the agent's histogram: seconds. */
const WANTED = '0.01';
const LONGEST_WAIT = 20_000;
const LABEL = 'seawall.dev/accept';

const RULES = `
- rule: Offence
  desc: A container opened what it must not.
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/offence and container.id != host
  output: "offence (container=%container.id label=%container.label[${LABEL}] command=%proc.cmdline)"
  priority: WARNING
`;

const ACTIONS = {
  kill: '{ type: kill }',
  pause: '{ type: pause, for: 300ms }',
  stop: '{ type: stop, grace: 2s }',
} as const;

type Action = keyof typeof ACTIONS;

const POLICIES = Object.entries(ACTIONS)
  .map(
    ([name, action]) => `apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: ${name} }
spec:
  scope: { containerLabels: { ${LABEL}: ${name} } }
  rules: [{ name: Offence }]
  mode: enforce
  actions: [${action}]
  rateLimit: { count: 1000, per: 1m }
  coolDown: 1ms
`,
  )
  .join('---\n');

/** Waits for a line on its pipe, then offends; ends when asked to. */
const OFFENDER = 'trap "exit 0" TERM; while true; do read line < /go/$0 && cat /etc/offence; done';

/** A runtime that runs offenders. */
interface Host {
  readonly name: string;
  run(action: Action, pipe: string): RunningContainer;
  remove(ids: readonly string[]): void;
}

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const missing = containerdMissing() || dockerMissing();
  if (missing !== false) return { skipped: missing };
  return withCleanUp(async (cleanUp, signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
    cleanUp(() => rmSync(folder, { recursive: true, force: true }));
    const pipes = join(folder, 'go');
    mkdirSync(pipes);
    const containerd = await startContainerd();
    cleanUp(containerd.stop);
    const docker = await startDocker();
    cleanUp(docker.stop);
    const image = makeBusyboxImage(folder, { files: { 'etc/offence': 'secret\n' } });
    containerd.importImage(image);
    docker.importImage(image);
    const mounts = [{ source: pipes, destination: '/go' }];
    const order = (action: Action, pipe: string) => ({
      command: ['/bin/sh', '-c', OFFENDER, pipe],
      labels: { [LABEL]: action },
      mounts,
    });
    const hosts: readonly Host[] = [
      {
        name: 'containerd',
        run: (action, pipe) => containerd.runContainer(order(action, pipe)),
        remove(ids) {
          runQuietly('ctr', '--address', containerd.socket, 'tasks', 'delete', '--force', ...ids);
          runQuietly('ctr', '--address', containerd.socket, 'containers', 'delete', ...ids);
        },
      },
      {
        name: 'docker',
        run: (action, pipe) => docker.runContainer(order(action, pipe)),
        remove: (ids) => runQuietly('docker', `--host=unix://${docker.socket}`, 'rm', '--force', ...ids),
      },
    ];
    const configuration = writeSettings(folder, containerd.socket, docker.socket);
    const agent = startAgentProcess(configuration, { hasWeight: true });
    cleanUp(async () => {
      agent.process.kill('SIGTERM');
      await agent.ended;
    });
    const address = await untilReady(agent);
    const figures: string[] = [];
    let acted = 0;
    for (const host of hosts) {
      for (const action of ['kill', 'pause', 'stop'] as const) {
        const result = await offend(host, action, pipes, signal);
        acted += result.acted;
        figures.push(`${host.name} ${action}: ${result.acted} of ${TIMES} acted on, ${result.figure}`);
        process.stderr.write(`${figures.at(-1)}\n`);
      }
    }
    const reaction = await reactionOf(address);
    figures.push(reaction.figure, waitingOf(agent.process.pid!), await latencies(folder));
    return { figure: figures.join('; '), passed: acted === TIMES * 6 && reaction.isFast };
  });
}

function runQuietly(program: string, ...words: readonly string[]): void {
  execFileSync(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function writeSettings(folder: string, containerdSocket: string, dockerSocket: string): string {
  writeFileSync(join(folder, 'rules.yaml'), RULES);
  writeFileSync(join(folder, 'policies.yaml'), POLICIES);
  const path = join(folder, 'seawall.yaml');
  writeFileSync(
    path,
    `rules: [rules.yaml]
policies: [policies.yaml]
source:
  runtimes:
    - { kind: containerd, socket: '${containerdSocket}' }
    - { kind: docker, socket: '${dockerSocket}' }
store: { path: store/seawall.db }
captures: { directory: captures }
http: { listen: '127.0.0.1:0' }
`,
  );
  return path;
}

/** So many offences, some containers at a time. Paused ones go on by themselves and offend again. */
async function offend(
  host: Host,
  action: Action,
  pipes: string,
  signal: AbortSignal,
): Promise<{ acted: number; figure: string }> {
  const toGone: number[] = [];
  let acted = 0;
  const rounds = Math.ceil(TIMES / AT_ONCE);
  let containers: readonly { readonly container: RunningContainer; readonly pipe: string }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const count = Math.min(AT_ONCE, TIMES - round * AT_ONCE);
    if (containers.length === 0) {
      containers = await startOffenders(host, action, pipes, { round, count }, signal);
    }
    const results = await Promise.all(
      containers.slice(0, count).map(async ({ container, pipe }) => {
        trigger(join(pipes, pipe));
        const at = performance.now();
        const isActedOn = await until(() => (action === 'pause' ? isFrozen(container) : isGone(container)));
        const took = performance.now() - at;
        if (isActedOn && action === 'pause') await until(() => !isFrozen(container));
        return isActedOn ? took : undefined;
      }),
    );
    for (const took of results) {
      if (took === undefined) continue;
      acted += 1;
      toGone.push(took);
    }
    if (action === 'pause' && round < rounds - 1) continue;
    host.remove(containers.map(({ container }) => container.id));
    containers = [];
  }
  const what = action === 'pause' ? 'to frozen' : 'to last process gone';
  return {
    acted,
    figure: `offending call ${what} p50 ${atPart(toGone, 0.5)} p99 ${atPart(toGone, 0.99)} ms`,
  };
}

async function startOffenders(
  host: Host,
  action: Action,
  pipes: string,
  { round, count }: { readonly round: number; readonly count: number },
  signal: AbortSignal,
): Promise<readonly { readonly container: RunningContainer; readonly pipe: string }[]> {
  const containers: { readonly container: RunningContainer; readonly pipe: string }[] = [];
  while (containers.length < count) {
    // Signals to this process are seen between two containers.
    await turn();
    signal.throwIfAborted();
    const pipe = `${host.name}-${action}-${round}-${containers.length}`;
    execFileSync('mkfifo', [join(pipes, pipe)]);
    containers.push({ container: host.run(action, pipe), pipe });
  }
  return containers;
}

function trigger(pipe: string): void {
  const descriptor = openSync(pipe, 'w');
  writeSync(descriptor, 'go\n');
  closeSync(descriptor);
}

async function until(holds: () => boolean): Promise<boolean> {
  const end = performance.now() + LONGEST_WAIT;
  while (!holds()) {
    if (performance.now() > end) return false;
    await wait(2);
  }
  return true;
}

function isGone({ cgroup }: RunningContainer): boolean {
  const events = textOf(join(unifiedFolderOf(cgroup), 'cgroup.events'));
  return events === undefined || /^populated 0$/m.test(events);
}

function isFrozen({ cgroup }: RunningContainer): boolean {
  const state = textOf(join('/sys/fs/cgroup/freezer', cgroup, 'freezer.state'));
  if (state !== undefined) return state.startsWith('FROZEN');
  return /^frozen 1$/m.test(textOf(join(unifiedFolderOf(cgroup), 'cgroup.events')) ?? '');
}

/** @returns undefined where the cgroup is gone, perhaps while its file is being read. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENODEV') return undefined;
    throw error;
  }
}

/** From the agent's own histogram: kill and pause are done in the hot loop. */
async function reactionOf(address: string): Promise<{ figure: string; isFast: boolean }> {
  const buckets = await readMetric(address, 'seawall_action_reaction_seconds_bucket');
  const bounds = [...buckets.keys()].flatMap((labels) => /^le="([\d.]+)"/.exec(labels)?.[1] ?? []);
  const shares: string[] = [];
  let isFast = true;
  for (const kind of ['kill-container', 'pause-container']) {
    const within = (bound: string): number => buckets.get(`le="${bound}",kind="${kind}"`) ?? 0;
    const all = within('+Inf');
    const part = (share: number): string => {
      const least = [...new Set(bounds)]
        .toSorted((left, right) => Number(left) - Number(right))
        .find((bound) => within(bound) >= all * share);
      return least === undefined ? 'beyond what is counted' : `under ${Number(least) * 1000} ms`;
    };
    isFast &&= all > 0 && within(WANTED) / all >= 0.99;
    shares.push(`${kind} ${within(WANTED)} of ${all} (p50 ${part(0.5)}, p99 ${part(0.99)})`);
  }
  return { figure: `batch read to signal within 10 ms: ${shares.join(', ')}`, isFast };
}

/** How long the thread that acts, which alone has a raised priority, ran and waited for a processor to do so (proc(5)). */
function waitingOf(pid: number): string {
  const tasks = `/proc/${pid}/task`;
  for (const task of readdirSync(tasks)) {
    const stat = readFileSync(join(tasks, task, 'stat'), 'latin1');
    const nice = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    if (nice >= 0) continue;
    const [ran, waited] = readFileSync(join(tasks, task, 'schedstat'), 'latin1')
      .split(' ')
      .map(Number);
    const seconds = (nanoseconds = 0): string => (nanoseconds / 1e9).toFixed(1);
    return `its thread (nice ${nice}) ran ${seconds(ran)} s and waited ${seconds(waited)} s for a processor`;
  }
  return 'its thread had no priority';
}

/** From the offending call's own time to the action, as the audit trail has it. */
async function latencies(folder: string): Promise<string> {
  const store = openStore({ path: join(folder, 'store', 'seawall.db'), access: 'read' });
  const byKind = new Map<string, number[]>();
  for (let after: string | undefined; ; ) {
    const page = await store.actions({}, { limit: 1000, ...(after !== undefined && { after }) });
    for (const { kind, latencyMilliseconds } of page.items) {
      if (latencyMilliseconds === undefined) continue;
      byKind.set(kind, [...(byKind.get(kind) ?? []), latencyMilliseconds]);
    }
    after = page.next;
    if (after === undefined) break;
  }
  await store.close();
  const texts = [...byKind].map(
    ([kind, values]) =>
      `${kind} p50 ${atPart(values, 0.5)} p99 ${atPart(values, 0.99)} ms (${values.length})`,
  );
  return `offending call to action done: ${texts.join(', ')}`;
}

function atPart(values: readonly number[], part: number): string {
  const sorted = values.toSorted((left, right) => left - right);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(1);
}
