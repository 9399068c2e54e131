import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '@seawall/base';
import {
  type ActingPolicy,
  createGuardState,
  createImmediateExecutor,
  decideActions,
  type EtcdQuorum,
  findOwnIdentity,
  type GuardOptions,
  type OffenceFacts,
  type PolicyAction,
  recordOfDecision,
  watchEtcdQuorum,
} from '@seawall/policies';
import { openProcessActions } from '@seawall/probe';
import type { Workload } from '@seawall/store';
import {
  etcdMissing,
  type RunningCluster,
  startCluster,
} from '../../packages/pki/src/testing/etcd-members.ts';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'guard rails: kill of Seawall itself refused; with one of three etcd members down, an action on either remaining one refused; rate limit; cool-down; dry run';

/** One claim that was tried: what came of it, and whether that is as it should be. */
interface Tried {
  readonly claim: string;
  readonly isSo: boolean;
}

const place = { path: 'guard-rails', line: 1, column: 1 };
const kill: PolicyAction = { type: 'kill', place };
const killProcess: PolicyAction = { type: 'kill-process', place };
const own = findOwnIdentity({ containerId: undefined });
const clock = createManualClock(Date.now());
const executor = createImmediateExecutor({
  signals: openProcessActions(),
  ownPids: [own.pid, ...own.ancestors],
  now: nowNanoseconds,
  onError(message) {
    throw new Error(message);
  },
});

export async function run(): Promise<AcceptanceResult> {
  const missing = etcdMissing();
  if (missing !== undefined) return { skipped: missing };
  const tried = [
    ...(await trySelf()),
    ...(await tryLimits()),
    ...(await tryDryRun()),
    ...(await tryQuorum()),
  ];
  const wrong = tried.filter(({ isSo }) => !isSo);
  const figure = [
    `${tried.length - wrong.length} of ${tried.length} hold: ${tried
      .filter(({ isSo }) => isSo)
      .map(({ claim }) => claim)
      .join('; ')}`,
    ...wrong.map(({ claim }) => `NOT SO: ${claim}`),
  ].join('; ');
  return { figure, passed: wrong.length === 0 };
}

async function trySelf(): Promise<Tried[]> {
  const itself = process.pid;
  const facts = offence(itself, hostWorkload);
  const decision = decideActions(policy([killProcess]), facts, guards())[0]!;
  if (decision.outcome === 'planned') executor.perform(decision);
  const above = own.ancestors[0]!;
  const [parent] = decideActions(policy([killProcess]), offence(above, hostWorkload), guards());
  const first = decideActions(policy([killProcess]), offence(1, hostWorkload), guards())[0]!;
  return [
    { claim: `killing Seawall itself (pid ${itself}) is refused`, isSo: decision.outcome === 'refused' },
    { claim: `killing what started it (pid ${above}) is refused`, isSo: parent?.outcome === 'refused' },
    { claim: 'killing pid 1 is refused', isSo: first.outcome === 'refused' },
  ];
}

/** 25 processes offend at once; the policy may act ten times a minute. Then the same one offends again. */
async function tryLimits(): Promise<Tried[]> {
  return withProcesses(25, async (offenders) => {
    const state = guards();
    const limited = policy([killProcess]);
    for (const { pid } of offenders) act(limited, offence(pid!, hostWorkload), state);
    const killed = await countKilled(offenders);
    clock.advance(60_000);
    const left = offenders.filter((child) => child.signalCode === null);
    const again = act(limited, offence(left[0]!.pid!, hostWorkload), state);
    const cooling = act(limited, offence(left[0]!.pid!, hostWorkload), state);
    clock.advance(30_000);
    const later = act(limited, offence(left[0]!.pid!, hostWorkload), state);
    return [
      { claim: `of 25 offenders ${killed} were killed at once (limit 10 a minute)`, isSo: killed === 10 },
      { claim: 'a minute later there is room again', isSo: again === 'planned' },
      { claim: `the same target a moment later is left alone (${cooling})`, isSo: cooling === 'cool-down' },
      { claim: 'after the cool-down it is not', isSo: later === 'planned' },
    ];
  });
}

async function tryDryRun(): Promise<Tried[]> {
  return withProcesses(1, async (offenders) => {
    const facts = offence(offenders[0]!.pid!, hostWorkload);
    const dry = { ...policy([killProcess]), isDryRun: true };
    const decision = decideActions(dry, facts, guards())[0]!;
    if (decision.outcome === 'planned') executor.perform(decision);
    const killed = await countKilled(offenders);
    const { result } = recordOfDecision(decision);
    return [
      { claim: 'a dry run kills nothing and is in the trail', isSo: killed === 0 && result === 'dry-run' },
    ];
  });
}

async function tryQuorum(): Promise<Tried[]> {
  const root = mkdtempSync(join(tmpdir(), 'seawall-accept-5-'));
  const tried: Tried[] = [];
  let running: RunningCluster | undefined;
  let quorum: EtcdQuorum | undefined;
  try {
    running = await startCluster(root, 3);
    quorum = watch(running);
    const all = await quorum.refresh();
    const { outcomes: healthy } = await actOnMember(running.members[0]!.member.name, quorum);
    tried.push({
      claim: 'with three of three etcd members up, one is acted on',
      isSo: all.kind === 'keeps' && healthy.join() === 'kill-container planned',
    });
    const [down, ...remaining] = running.members;
    await down!.stop();
    await quorum.refresh();
    for (const { member } of remaining) {
      const { outcomes, isOffenderKilled } = await actOnMember(member.name, quorum);
      tried.push({
        claim: `with ${down!.member.name} down, killing the container of ${member.name} is refused and the offending process killed instead`,
        isSo: outcomes.join() === 'kill-container quorum,kill-process planned' && isOffenderKilled,
      });
      const { outcomes: allowed } = await actOnMember(member.name, quorum, { allowsQuorumLoss: true });
      tried.push({
        claim: `unless the policy allows the loss (${member.name})`,
        isSo: allowed.join() === 'kill-container planned',
      });
    }
    await down!.restart();
    const back = await quorum.refresh();
    tried.push({ claim: 'with the member back it is acted on again', isSo: back.kind === 'keeps' });
    await Promise.all(remaining.map((member) => member.stop()));
    const lost = await quorum.refresh();
    const { outcomes: unknown } = await actOnMember(down!.member.name, quorum);
    tried.push({
      claim: `with two down (${lost.kind}) it is not`,
      isSo: lost.kind !== 'keeps' && unknown[0] === 'kill-container quorum',
    });
    quorum.close();
    await running.stop();

    running = await startCluster(join(root, 'single'), 1);
    quorum = watch(running);
    await quorum.refresh();
    const { outcomes: single } = await actOnMember(running.members[0]!.member.name, quorum);
    tried.push({ claim: 'the only member is never acted on', isSo: single[0] === 'kill-container quorum' });
    return tried;
  } finally {
    quorum?.close();
    await running?.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

function watch({ cluster, members }: RunningCluster): EtcdQuorum {
  const [{ member }] = members as readonly [RunningCluster['members'][0]];
  const folder = join(cluster.directory, 'members', member.name);
  return watchEtcdQuorum({
    endpoints: members.map((each) => `https://127.0.0.1:${each.member.clientPort}`),
    authorityFile: join(folder, 'ca.crt'),
    certificateFile: join(folder, 'healthcheck-client.crt'),
    keyFile: join(folder, 'healthcheck-client.key'),
  });
}

/** A shell runs in the member's container: what is decided, and whether the shell is gone then. */
async function actOnMember(name: string, quorum: EtcdQuorum, change: Partial<ActingPolicy> = {}) {
  return withProcesses(1, async (shells) => {
    const facts = { ...offence(shells[0]!.pid!, etcdWorkload(name)), initExecutable: '/usr/local/bin/etcd' };
    const decisions = decideActions(
      { ...policy([kill]), ...change },
      facts,
      guards({ quorum: quorum.verdict }),
    );
    for (const decision of decisions) {
      if (decision.outcome === 'planned' && decision.kind === 'kill-process') executor.perform(decision);
    }
    const outcomes = decisions.map(
      (each) => `${each.kind} ${each.outcome === 'planned' ? each.outcome : each.cause}`,
    );
    return { outcomes, isOffenderKilled: (await countKilled(shells)) === 1 };
  });
}

function act(acting: ActingPolicy, facts: OffenceFacts, state: ReturnType<typeof guards>): string {
  const decision = decideActions(acting, facts, state)[0]!;
  if (decision.outcome !== 'planned') return decision.cause;
  executor.perform(decision);
  return 'planned';
}

function guards(options: Partial<GuardOptions> = {}) {
  return createGuardState({ own, clock, ...options });
}

function policy(actions: readonly PolicyAction[]): ActingPolicy {
  return {
    name: 'guard-rails',
    mode: 'enforce',
    actions,
    allowsQuorumLoss: false,
    isDryRun: false,
    rateLimit: { count: 10, perMilliseconds: 60_000 },
    coolDownMilliseconds: 30_000,
  };
}

const hostWorkload: Workload = {
  node: 'node-1',
  cluster: undefined,
  namespace: undefined,
  pod: undefined,
  podLabels: {},
  container: undefined,
};

function etcdWorkload(name: string): Workload {
  const container = { name: 'etcd', image: 'registry.k8s.io/etcd:3.4.23', digest: undefined, labels: {} };
  return {
    ...hostWorkload,
    namespace: 'kube-system',
    pod: name,
    podLabels: { component: 'etcd' },
    container: { ...container, id: Buffer.from(name).toString('hex').padEnd(64, '0') },
  };
}

function offence(pid: number, workload: Workload): OffenceFacts {
  return {
    occurrence: `occurrence of ${pid}`,
    time: nowNanoseconds(),
    workload,
    process: { pid, seenAt: nowNanoseconds(), name: 'sh', executable: '/bin/sh', isKernelThread: false },
    containerInitPid: undefined,
    cgroups: { unified: undefined, freezer: undefined },
    initExecutable: undefined,
  };
}

function nowNanoseconds(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

async function withProcesses<Result>(
  count: number,
  use: (children: readonly ChildProcess[]) => Promise<Result>,
): Promise<Result> {
  const children = Array.from({ length: count }, () => spawn('sleep', ['300'], { stdio: 'ignore' }));
  try {
    await Promise.all(children.map((child) => once(child, 'spawn')));
    return await use(children);
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

/** How many were killed: those that were signalled are waited for, the others have half a second to prove the contrary. */
async function countKilled(children: readonly ChildProcess[]): Promise<number> {
  const patience = AbortSignal.timeout(500);
  await Promise.all(
    children.map(
      (child) => child.signalCode ?? once(child, 'exit', { signal: patience }).catch(() => undefined),
    ),
  );
  return children.filter((child) => child.signalCode === 'SIGKILL').length;
}
