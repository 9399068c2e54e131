import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isRotating, openCluster, rotationStatus, type Step, stepsOf } from '@seawall/pki';
import {
  etcdMissing,
  loopbackMembers,
  type RunningCluster,
  startMembers,
} from '../../packages/pki/src/testing/etcd-members.ts';
import type { AcceptanceResult } from '../row.ts';
import { memberText, runSeawall, seawall } from './support/command.ts';
import { withScratch } from './support/scratch.ts';
import { createWorkload, reasonsText, type Workload } from './support/workload.ts';

export const title =
  'CA rotation and leaf renewal on the running cluster with a writer running: no failed write beyond retries of one member restart; interrupted at every step and resumed';

const writers = 2;
/** Where in a step's life it is killed, as shares of how long the one before took. */
const killShares = [0.8, 1];

export function run(): Promise<AcceptanceResult> {
  const missing = etcdMissing();
  if (missing) return Promise.resolve({ skipped: missing });
  return withScratch(async (root) => {
    const directory = join(root, 'pki');
    const members = await loopbackMembers(3);
    await seawall('pki', 'etcd', 'init', '--directory', directory, '--members', ...members.map(memberText));
    await seawall('pki', 'etcd', 'issue', '--directory', directory, '--client', 'writer');
    const cluster = await startMembers(directory, root);
    try {
      const files = join(directory, 'clients', 'writer');
      const workload = createWorkload(members, {
        certificate: join(files, 'client.crt'),
        key: join(files, 'client.key'),
        authority: join(files, 'ca.crt'),
      });
      const work = workload.runUntilStopped(writers);
      const begin = Date.now();
      let tally: Tally;
      try {
        await seawall('pki', 'etcd', 'renew', '--directory', directory);
        workload.restartClient();
        await seawall('pki', 'etcd', 'verify', '--live', '--problems', '--directory', directory);
        tally = await rotate(directory, cluster, workload);
        await seawall('pki', 'etcd', 'verify', '--live', '--problems', '--directory', directory);
      } finally {
        workload.stop();
        await work;
      }
      const seconds = (Date.now() - begin) / 1000;
      const { writes, reads, retries, rereads, retriesOutsideRestarts, failures, mismatches } =
        workload.counts;
      const figure = [
        `${writes} writes and ${reads} reads in ${seconds.toFixed(0)} s while all leaves were renewed and both authorities rotated`,
        `${failures} failed, ${mismatches} wrong, ${retries} retries (${retriesOutsideRestarts} outside a member's restart), ${rereads} pairs read again`,
        `${tally.steps} steps of which ${tally.backwards} taken back, ${tally.kills} killed (SIGKILL) on their way, all resumed`,
        `retries: ${reasonsText(workload.counts)}`,
      ].join('; ');
      const isUnharmed = failures === 0 && mismatches === 0 && retriesOutsideRestarts === 0;
      return { figure, passed: isUnharmed && writes > 500 && tally.kills >= tally.steps };
    } finally {
      await cluster.stop();
    }
  });
}

interface Tally {
  steps: number;
  backwards: number;
  kills: number;
}

/** Forward to the middle of the new leaves, three steps back, then to the end; each step is killed several times first. */
async function rotate(directory: string, cluster: RunningCluster, workload: Workload): Promise<Tally> {
  const tally: Tally = { steps: 0, backwards: 0, kills: 0 };
  await killed(['plan'], directory, tally, () =>
    positionOf(directory).then((position) => position !== undefined),
  );
  const steps = stepsOf(openCluster(directory).description);
  const middle = steps.findIndex(({ kind }) => kind === 'new-leaves') + 2;
  const walk = async (direction: 'step' | 'rollback', until: number | undefined) => {
    for (;;) {
      const position = await positionOf(directory);
      if (position === until || position === undefined) return;
      const step = steps[direction === 'step' ? position : position - 1]!;
      await killed(
        [direction, '--confirmed'],
        directory,
        tally,
        async () => (await positionOf(directory)) !== position,
      );
      tally.steps++;
      if (direction === 'rollback') tally.backwards++;
      await follow(step, cluster, workload);
    }
  };
  await walk('step', middle);
  await walk('rollback', middle - 3);
  await walk('step', undefined);
  return tally;
}

/** Runs a command that is killed at several moments of its life before it may end. */
async function killed(
  words: readonly string[],
  directory: string,
  tally: Tally,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const all = ['pki', 'etcd', 'rotate-ca', ...words, '--directory', directory];
  const isWhole = async () => (await isDone()) && !existsSync(join(directory, '.seawall-journal'));
  for (const share of killShares) {
    if (await isWhole()) return;
    const begin = Date.now();
    const result = await runSeawall(all, { killAfter: lifetime * share });
    if (result.code === null) tally.kills++;
    else if (result.code === 0) lifetime = Math.max(300, Date.now() - begin);
    else
      throw new Error(`seawall ${all.join(' ')}: exit code ${result.code}\n${result.output}${result.errors}`);
  }
  if (await isWhole()) return;
  const begin = Date.now();
  await seawall(...all);
  lifetime = Math.max(300, Date.now() - begin);
}

/** How long a step takes here, in milliseconds: learnt as they run. */
let lifetime = 600;

/** What the operator does once a step has written its files. */
async function follow(step: Step, cluster: RunningCluster, workload: Workload): Promise<void> {
  const member = cluster.members.find((each) => step.unit === `members/${each.member.name}`);
  const isTrust = step.kind === 'trust-both' || step.kind === 'trust-new';
  if (member && isTrust) await workload.duringRestart(() => member.restart());
  if (step.unit?.startsWith('clients/')) workload.restartClient();
}

/** Steps done so far; undefined when no rotation is under way. */
async function positionOf(directory: string): Promise<number | undefined> {
  if (!isRotating(directory)) return undefined;
  return (await rotationStatus({ directory, now: Date.now(), isLiveSkipped: true })).state.position;
}
