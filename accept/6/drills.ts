import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeSupport } from '@seawall/probe';
import { runSeawall } from '../../conformance/regression/run-seawall.ts';
import {
  BUSYBOX_IMAGE,
  CRI_NAMESPACE,
  containerdMissing,
  makeBusyboxImage,
  runPod,
  startContainerd,
} from '../../packages/kube/src/testing/index.ts';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'drills run live against containers made by the test: all raised, quiet before and after';

const RULES = join(import.meta.dirname, '..', '..', 'rules');

interface DrillJson {
  readonly passed: boolean;
  readonly steps: readonly {
    readonly step: string;
    readonly outcome: string;
    readonly latencyMilliseconds?: number;
    readonly reason: string;
  }[];
  readonly before: readonly { readonly output: string }[];
  readonly after: readonly { readonly output: string }[];
}

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  const missing = support.isSupported ? containerdMissing() : support.reason;
  if (missing !== false) return { skipped: missing };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  try {
    const containerd = await startContainerd();
    try {
      containerd.importImage(makeBusyboxImage(join(folder, 'image')), CRI_NAMESPACE);
      const runtimes = ['cri', 'containerd'].flatMap((kind) => ['--runtime', `${kind}=${containerd.socket}`]);
      // A pod of the kubelet's way, played in by name; then a container of the drill's own.
      const pod = await runPod(containerd, {
        name: 'etcd-node1',
        namespace: 'kube-system',
        labels: { component: 'etcd' },
      });
      const { id } = await pod.runContainer('etcd');
      const named = await drill([...runtimes, '--container', id]);
      await pod.remove();
      const own = await drill([...runtimes, '--image', BUSYBOX_IMAGE]);
      const results = [named, own];
      const figure = [`in a pod: ${figureOf(named)}`, `in its own container: ${figureOf(own)}`].join('; ');
      return { figure, passed: results.every(({ passed }) => passed) && isWhole(own) };
    } finally {
      await containerd.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function drill(words: readonly string[]): Promise<DrillJson> {
  const { stdout, stderr } = await runSeawall([
    'drill',
    'run',
    '--rules',
    RULES,
    '--output',
    'json',
    ...words,
  ]);
  if (stdout === '') throw new Error(`seawall drill run ended: ${stderr}`);
  const report: DrillJson = JSON.parse(stdout);
  for (const { step, outcome, reason } of report.steps) {
    if (outcome !== 'raised') process.stderr.write(`  ${step}: ${outcome} ${reason}\n`);
  }
  for (const { output } of [...report.before, ...report.after])
    process.stderr.write(`  not of the drill: ${output}\n`);
  return report;
}

/** In a container of its own nothing is left out. */
function isWhole({ steps }: DrillJson): boolean {
  return steps.every(({ outcome }) => outcome === 'raised');
}

function figureOf({ steps, before, after }: DrillJson): string {
  const raised = steps.filter(({ outcome }) => outcome === 'raised');
  const slowest = Math.max(...raised.map(({ latencyMilliseconds = 0 }) => latencyMilliseconds));
  const played = steps.filter(({ outcome }) => outcome !== 'skipped').length;
  return `${raised.length} of ${played} steps raised (the slowest after ${Math.round(slowest)} ms), ${before.length} alerts before, ${after.length} after`;
}
