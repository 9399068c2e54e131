import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { runPod } from '@seawall/kube/testing';
import { openStore, type Store, type Workload } from '@seawall/store';
import { ALLOWED_IN_TREE, WAYS } from '../../packages/probe/src/testing/guarded-tree.ts';
import {
  expectRefusal,
  type GuardedContainerd,
  guardedContainerdMissing,
  startAndForget,
  withGuardedContainerd,
} from '../4/support/guarded-container.ts';
import type { AcceptanceResult } from '../row.ts';
import { until } from '../support/until.ts';
import {
  type AgentProcess,
  containerdSettings,
  readMetric,
  startAgentProcess,
  untilReady,
} from './support/agent-process.ts';

export const title =
  'a running agent with policies that deny (containerd, real): forbidden programs by every way, as the first program of containers and of pods’ containers; a call, a port, a file: nothing ran, every attempt is a finding and in the audit trail';

/** Of each way. */
const EACH = 3;
const FIRST = 20;
const FIRST_IN_PODS = 10;
const OTHERS = 5;
const PORT = 4444;
const LABEL = 'seawall.dev/accept';
const POD = 'denied';
const POD_LABELS = { tier: 'shop' };

function policy(name: string, deny: string): string {
  return `apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: ${name} }
spec:
  scope: { containerLabels: { ${LABEL}: ${name} } }
  rules: [{ name: Never }]
  mode: enforce
  actions: [{ type: deny, ${deny} }]
`;
}

const POLICIES = [
  policy('programs', `programsOtherThan: [${ALLOWED_IN_TREE.join(', ')}]`),
  policy('others', `calls: [sethostname], ports: [${PORT}], files: [/bin/allowed.sh]`),
].join('---\n');

const RULES = `
- rule: Never
  desc: The policies are about what the kernel refuses.
  condition: (evt.num < 0)
  output: never
  priority: NOTICE
`;

export async function run(): Promise<AcceptanceResult> {
  const missing = guardedContainerdMissing();
  if (missing !== undefined) return { skipped: missing };
  return withGuardedContainerd(async (containerd) => {
    const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
    const agent = startAgentProcess(writeSettings(folder, containerd.socket));
    try {
      const address = await untilReady(agent);
      const programs = tryPrograms(containerd);
      const first = tryFirst(containerd) + (await tryFirstInPods(containerd));
      const ran = containerd.marksMade().length;
      const others = await tryOthers(containerd);
      const wanted = new Map([['Denied program', programs + first], ...others]);
      const faults = ran === 0 ? [] : [`${ran} ran: ${containerd.marksMade().join(' ')}`];
      await until(async () =>
        [...(await countsIn(folder))].every(([rule, count]) => count >= (wanted.get(rule) ?? 0)),
      );
      const counts = await countsIn(folder);
      for (const [rule, count] of wanted) {
        if (counts.get(rule) !== count)
          faults.push(`${rule}: ${count} tried, ${counts.get(rule) ?? 0} found`);
      }
      const undescribed = await countUndescribedIn(folder);
      if (undescribed > 0) faults.push(`${undescribed} of pods’ programs without image and pod labels`);
      const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const done = (await readMetric(address, 'seawall_actions_total')).get('kind="deny",result="done"') ?? 0;
      if (done !== all) faults.push(`${all} findings, ${done} denials in the audit trail`);
      const tried = [...wanted].map(([rule, count]) => `${rule.slice('Denied '.length)} ${count}`).join(', ');
      return {
        figure: `tried: ${tried} (${first} first programs); ${ran} ran, ${all} findings${faults.length === 0 ? '' : `; wrong: ${faults.join('; ')}\n${agent.log()}`}`,
        passed: faults.length === 0,
      };
    } finally {
      await end(agent);
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function writeSettings(folder: string, socket: string): string {
  writeFileSync(join(folder, 'rules.yaml'), RULES);
  writeFileSync(join(folder, 'policies.yaml'), POLICIES);
  const path = join(folder, 'seawall.yaml');
  writeFileSync(path, containerdSettings(socket));
  return path;
}

async function end(agent: AgentProcess): Promise<void> {
  agent.process.kill('SIGTERM');
  await agent.ended;
}

function labelled(policyName: string): { readonly labels: Readonly<Record<string, string>> } {
  return { labels: { [LABEL]: policyName } };
}

/** @returns how many programs were ended. */
function tryPrograms(containerd: GuardedContainerd): number {
  const { image, mounts } = containerd;
  const command = ['/bin/busybox', 'sleep', '1000000'];
  const { id } = containerd.runContainer({
    image,
    mounts,
    command,
    isPrivileged: true,
    ...labelled('programs'),
  });
  const ended = Object.values(WAYS)
    .flat()
    .map((way) => containerd.attempt(id, way, EACH).killed);
  containerd.removeContainer(id);
  return ended.reduce((sum, count) => sum + count, 0);
}

/** @returns how many containers were started with a forbidden program. */
function tryFirst(containerd: GuardedContainerd): number {
  const { image, mounts } = containerd;
  for (let i = 0; i < FIRST; i += 1) {
    const id = `first-${i}`;
    startAndForget(() =>
      containerd.runContainer({
        ...{ id, image, mounts, command: ['/bin/forbidden', `/marks/${id}`] },
        ...labelled('programs'),
      }),
    );
    containerd.removeContainer(id);
  }
  return FIRST;
}

/** The same as kubelet starts containers. */
async function tryFirstInPods(containerd: GuardedContainerd): Promise<number> {
  const { image, mounts } = containerd;
  const pod = await runPod(containerd, { name: POD, labels: POD_LABELS });
  for (let i = 0; i < FIRST_IN_PODS; i += 1) {
    const order = { image, mounts, command: ['/bin/forbidden', `/marks/pod-${i}`], ...labelled('programs') };
    await pod.runContainer(`c${i}`, order).catch((error: unknown) => {
      if (!/ENOENT|ESRCH/.test(String(error))) throw error;
    });
  }
  await pod.remove();
  return FIRST_IN_PODS;
}

/** @returns the attempts by the rule that tells of them. */
async function tryOthers(containerd: GuardedContainerd): Promise<readonly (readonly [string, number])[]> {
  const { image } = containerd;
  const command = ['/bin/busybox', 'sleep', '1000000'];
  const { id } = containerd.runContainer({ image, command, isPrivileged: true, ...labelled('others') });
  const busybox = (...words: readonly string[]): void => {
    expectRefusal(() => containerd.exec(id, ['/bin/busybox', ...words]));
  };
  // Files are denied once the container was seen to run.
  await wait(3000);
  for (let i = 0; i < OTHERS; i += 1) {
    busybox('hostname', `host-${i}`);
    busybox('nc', '127.0.0.1', String(PORT), '-e', '/bin/busybox');
    busybox('cat', '/bin/allowed.sh');
  }
  containerd.removeContainer(id);
  return ['Denied call', 'Denied connection', 'Denied open'].map((rule) => [rule, OTHERS] as const);
}

/** Findings in the pod that lack what only CRI tells. */
function countUndescribedIn(folder: string): Promise<number> {
  return askStore(folder, async (store) => {
    const { items } = await store.feed({ pods: [POD] }, { limit: 1000 });
    const isDescribed = ({ container, podLabels }: Workload) =>
      container?.image && podLabels?.tier === POD_LABELS.tier;
    return FIRST_IN_PODS - items.filter(({ workload }) => isDescribed(workload)).length;
  });
}

function countsIn(folder: string): Promise<ReadonlyMap<string, number>> {
  return askStore(folder, async (store) => {
    const counts = new Map<string, number>();
    for (const { rule, count } of (await store.groups({}, { limit: 1000 })).items) {
      counts.set(rule, (counts.get(rule) ?? 0) + count);
    }
    return counts;
  });
}

async function askStore<Answer>(folder: string, ask: (store: Store) => Promise<Answer>): Promise<Answer> {
  const store = openStore({ path: join(folder, 'store', 'seawall.db'), access: 'read' });
  try {
    return await ask(store);
  } finally {
    await store.close();
  }
}
