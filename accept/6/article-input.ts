import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { containerdMissing, startContainerd } from '@seawall/kube/testing';
import { probeSupport } from '@seawall/probe';
import { openStore } from '@seawall/store';
import { runSeawall } from '../../conformance/regression/run-seawall.ts';
import { locateShared } from '../../test/shared.ts';
import {
  type AgentProcess,
  containerdSettings,
  startAgentProcess,
  untilReady,
} from '../5/support/agent-process.ts';
import type { AcceptanceResult } from '../row.ts';
import { ETCD_IMAGE, etcdCommand, hasEnded, openShell, runEtcdPod } from '../support/etcd-container.ts';
import { until } from '../support/until.ts';

export const title =
  "the article's input_rules.yaml: generates; round trip gives the same file; the etcd policy stops a shell in a live etcd container (containerd)";

/** Milliseconds in which etcd, left alone, must not be found to do anything. */
const QUIET = 3000;

const POLICIES = `apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: etcd-processes }
spec:
  scope: { namespaces: [kube-system], podLabels: { component: etcd } }
  rules: [{ name: 'Process outside the profile (etcd)' }]
  mode: enforce
  actions: [{ type: kill }]
  allowQuorumLoss: true
---
apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: profiles }
spec:
  rules: [{ name: '*outside the profile*' }]
  mode: shadow
`;

export async function run(): Promise<AcceptanceResult> {
  const article = locateShared('articles', 'hardening-kube-system.md');
  if (article === undefined) return { skipped: 'there are no shared articles (set SEAWALL_SHARED)' };
  const support = probeSupport();
  const missing = support.isSupported ? containerdMissing() : support.reason;
  if (missing !== false) return { skipped: missing };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  try {
    const input = inputOf(readFileSync(article, 'utf8'));
    writeFileSync(join(folder, 'input_rules.yaml'), input);
    const generated = await runSeawall(['profile', 'generate', join(folder, 'input_rules.yaml')]);
    const rules = join(folder, 'rules.yaml');
    writeFileSync(rules, generated.stdout);
    const checked = await runSeawall(['rules', 'check', '--fail-on-warning', rules]);
    const back = await runSeawall(['profile', 'extract', rules]);
    const isSame = back.stdout === input;
    const live = await stopShell(folder);
    const figure = [
      `${/\d+ rules/.exec(checked.stdout)?.[0]} generated, ${checked.exitCode === 0 ? 'no warning' : 'with warnings'}`,
      isSame ? 'the round trip gives the same file' : 'the round trip gives another file',
      live.faults.length === 0
        ? `etcd quiet for ${QUIET / 1000} s, then its container ended ${Math.round(live.milliseconds)} ms after the shell was asked for`
        : live.faults.join('; '),
    ].join('; ');
    const passed = generated.exitCode === 0 && checked.exitCode === 0 && isSame && live.faults.length === 0;
    return { figure, passed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The file as the article prints it. */
function inputOf(article: string): string {
  const printed = /File: input_rules\.yaml\n-+\n\n([\s\S]*?)<\/code>/.exec(article)?.[1];
  if (printed === undefined) throw new Error('the article prints no input_rules.yaml');
  return printed;
}

async function stopShell(
  folder: string,
): Promise<{ readonly faults: readonly string[]; readonly milliseconds: number }> {
  const faults: string[] = [];
  const containerd = await startContainerd();
  let agent: AgentProcess | undefined;
  try {
    const pod = await runEtcdPod(containerd, folder);
    agent = startAgentProcess(writeSettings(folder, containerd.socket));
    await untilReady(agent);
    const etcd = await pod.runContainer('etcd', {
      image: ETCD_IMAGE,
      command: etcdCommand('/var/lib/etcd', 42479),
    });
    await wait(QUIET);
    if (await hasEnded(containerd, etcd.id)) faults.push('etcd was ended before anything happened');
    const early = await outputsIn(folder);
    if (early.length > 0) faults.push(`findings before anything happened: ${early.join(' | ')}`);
    const begun = performance.now();
    await openShell(containerd, etcd.id);
    if (!(await until(() => hasEnded(containerd, etcd.id)))) faults.push('the container goes on');
    const milliseconds = performance.now() - begun;
    const isFound = await until(async () =>
      (await outputsIn(folder)).some((output) => output.includes('command=sh')),
    );
    if (!isFound) faults.push('there is no finding of the shell');
    await pod.remove();
    return { faults, milliseconds };
  } finally {
    agent?.process.kill('SIGTERM');
    await agent?.ended;
    await containerd.stop();
  }
}

function writeSettings(folder: string, socket: string): string {
  writeFileSync(join(folder, 'policies.yaml'), POLICIES);
  const path = join(folder, 'seawall.yaml');
  writeFileSync(path, containerdSettings(socket));
  return path;
}

async function outputsIn(folder: string): Promise<readonly string[]> {
  const store = openStore({ path: join(folder, 'store', 'seawall.db'), access: 'read' });
  try {
    const { items } = await store.groups({}, { limit: 100 });
    return items.map(({ output }) => output);
  } finally {
    await store.close();
  }
}
