import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
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
import { type AgentProcess, readMetric, startAgentProcess, untilReady } from './support/agent-process.ts';

export const title =
  'a real container (containerd and Docker) breaks a policy with action kill, pause, stop: 500 times each: each acted on, event read to signal p99 under 10 ms';

const TIMES = 500;
/** Containers that are ready at the same time. */
const AT_ONCE = 10;
const WANTED_SECONDS = 0.01;
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
  remove(id: string): void;
}

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const missing = containerdMissing() || dockerMissing();
  if (missing !== false) return { skipped: missing };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  const pipes = join(folder, 'go');
  mkdirSync(pipes);
  const containerd = await startContainerd();
  const docker = await startDocker();
  let agent: AgentProcess | undefined;
  try {
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
        remove: (id) => containerd.removeContainer(id),
      },
      {
        name: 'docker',
        run: (action, pipe) => docker.runContainer(order(action, pipe)),
        remove: (id) => docker.removeContainer(id),
      },
    ];
    agent = startAgentProcess(writeSettings(folder, containerd.socket, docker.socket));
    const address = await untilReady(agent);
    const figures: string[] = [];
    let acted = 0;
    for (const host of hosts) {
      for (const action of ['kill', 'pause', 'stop'] as const) {
        const result = await offend(host, action, pipes);
        acted += result.acted;
        figures.push(`${host.name} ${action}: ${result.acted} of ${TIMES} acted on, ${result.figure}`);
        process.stderr.write(`${figures.at(-1)}\n`);
      }
    }
    const reaction = await reactionOf(address);
    figures.push(reaction.figure, await latencies(folder));
    const passed = acted === TIMES * 6 && reaction.isFast;
    return { figure: figures.join('; '), passed };
  } finally {
    agent?.process.kill('SIGTERM');
    await agent?.ended;
    await containerd.stop();
    await docker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
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
async function offend(host: Host, action: Action, pipes: string): Promise<{ acted: number; figure: string }> {
  const toGone: number[] = [];
  let acted = 0;
  const rounds = Math.ceil(TIMES / AT_ONCE);
  let containers: { readonly container: RunningContainer; readonly pipe: string }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const count = Math.min(AT_ONCE, TIMES - round * AT_ONCE);
    if (action !== 'pause' || round === 0) {
      containers = Array.from({ length: count }, (_, index) => {
        const pipe = `${host.name}-${action}-${round}-${index}`;
        execFileSync('mkfifo', [join(pipes, pipe)]);
        return { container: host.run(action, pipe), pipe };
      });
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
    if (action !== 'pause' || round === rounds - 1)
      for (const { container } of containers) host.remove(container.id);
  }
  const what = action === 'pause' ? 'to frozen' : 'to last process gone';
  return {
    acted,
    figure: `offending call ${what} p50 ${atPart(toGone, 0.5)} p99 ${atPart(toGone, 0.99)} ms`,
  };
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
    await wait(1);
  }
  return true;
}

function isGone({ cgroup }: RunningContainer): boolean {
  const events = join(unifiedFolderOf(cgroup), 'cgroup.events');
  return !existsSync(events) || /^populated 0$/m.test(readFileSync(events, 'utf8'));
}

function isFrozen({ cgroup }: RunningContainer): boolean {
  const freezer = join('/sys/fs/cgroup/freezer', cgroup, 'freezer.state');
  if (existsSync(freezer)) return readFileSync(freezer, 'utf8').startsWith('FROZEN');
  const events = join(unifiedFolderOf(cgroup), 'cgroup.events');
  return existsSync(events) && /^frozen 1$/m.test(readFileSync(events, 'utf8'));
}

/** From the agent's own histogram: kill and pause are done in the hot loop. */
async function reactionOf(address: string): Promise<{ figure: string; isFast: boolean }> {
  const buckets = await readMetric(address, 'seawall_action_reaction_seconds_bucket');
  let all = 0;
  let fast = 0;
  const shares: string[] = [];
  for (const kind of ['kill-container', 'pause-container']) {
    const total = buckets.get(`le="+Inf",kind="${kind}"`) ?? 0;
    const within = buckets.get(`le="${WANTED_SECONDS}",kind="${kind}"`) ?? 0;
    all += total;
    fast += within;
    shares.push(`${kind} ${within} of ${total}`);
  }
  return {
    figure: `event read to signal within 10 ms: ${shares.join(', ')}`,
    isFast: all > 0 && fast / all >= 0.99,
  };
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
