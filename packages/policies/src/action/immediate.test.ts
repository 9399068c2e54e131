import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openProcessActions } from '@seawall/probe';
import { facts, own, place, policyThat, workload } from '../testing/facts.ts';
import { thawCgroup } from './cgroups.ts';
import { decideActions } from './decide.ts';
import type { ContainerCgroups, PlannedAction } from './decision.ts';
import type { ProcessSignals } from './executors.ts';
import { createGuardState } from './guard-state.ts';
import { createImmediateExecutor } from './immediate.ts';
import { recordOfOutcome } from './record.ts';
import { undoAction } from './undo.ts';
import type { PolicyAction } from './wanted.ts';

/** Where cgroups can be made, by the way they are frozen and killed; whichever this machine has. */
const roots: Readonly<Record<string, string | undefined>> = {
  unified: ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((root) =>
    existsSync(join(root, 'cgroup.controllers')),
  ),
  freezer: existsSync('/sys/fs/cgroup/freezer') ? '/sys/fs/cgroup/freezer' : undefined,
};
const hasCompiler = spawnSync('cc', ['--version']).error === undefined;

function reasonToSkip(way: string): string | false {
  if (!hasCompiler) return 'SKIPPED: there is no C compiler (apt-get install gcc)';
  if (process.getuid?.() !== 0) return 'SKIPPED: making cgroups takes root';
  if (roots[way] === undefined) return `SKIPPED: there are no cgroups of the kind ${way} here`;
  return false;
}

const now = (): bigint => BigInt(Date.now()) * 1_000_000n;

interface Contained {
  readonly id: string;
  readonly cgroups: ContainerCgroups;
  readonly children: readonly ChildProcess[];
}

/** Two processes in a cgroup as runtimes make them for a container, one of them in a cgroup below. */
async function contain(context: TestContext, way: string): Promise<Contained> {
  const id = randomBytes(32).toString('hex');
  const folder = join(roots[way]!, `seawall-test-${id}`);
  const cgroups: ContainerCgroups = { unified: undefined, freezer: undefined, [way]: folder };
  const children: ChildProcess[] = [];
  for (const place of [folder, join(folder, 'below')]) {
    mkdirSync(place);
    const child = spawn('sh', ['-c', 'while :; do echo on; sleep 0.02; done'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child, 'spawn');
    writeFileSync(join(place, 'cgroup.procs'), String(child.pid));
    children.push(child);
  }
  context.after(async () => {
    for (const child of children) child.kill('SIGKILL');
    thawCgroup(cgroups);
    await Promise.all(children.map(ended));
    await removeFolder(join(folder, 'below'));
    await removeFolder(folder);
  });
  return { id, cgroups, children };
}

async function ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode;
}

/** A cgroup is busy until the kernel has put its dead to rest. */
async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
      await wait(20);
    }
  }
  throw new Error(`${folder} stays busy`);
}

function isHeld({ unified, freezer }: ContainerCgroups): boolean {
  if (freezer !== undefined) return readFileSync(join(freezer, 'freezer.state'), 'utf8').trim() !== 'THAWED';
  return readFileSync(join(unified!, 'cgroup.freeze'), 'utf8').trim() === '1';
}

/** Freezing begins at once, and has happened when every process has come to a stop. */
async function untilFrozen({ unified, freezer }: ContainerCgroups): Promise<void> {
  const [file, frozen] =
    freezer === undefined
      ? [join(unified!, 'cgroup.events'), /^frozen 1$/m]
      : [join(freezer, 'freezer.state'), /^FROZEN$/m];
  while (!frozen.test(readFileSync(file, 'utf8'))) await wait(5);
}

function plan(action: PolicyAction, { id, cgroups }: Pick<Contained, 'id' | 'cgroups'>): PlannedAction {
  const container = { id, name: 'web', image: 'web', digest: undefined, labels: {} };
  const offence = facts({ workload: workload({ container }), cgroups, time: now() });
  const [decision] = decideActions(policyThat([action]), offence, createGuardState({ own }));
  assert.ok(decision?.outcome === 'planned');
  return decision;
}

function executor(
  ownPids: readonly number[] = [process.pid],
  signals: ProcessSignals = openProcessActions(),
) {
  return createImmediateExecutor({ signals, ownPids, now, onError: assert.fail });
}

for (const way of Object.keys(roots)) {
  const skip = reasonToSkip(way);

  test(`killing by ${way} ends every process of a container`, { skip }, async (context) => {
    const contained = await contain(context, way);
    const outcome = executor().perform(plan({ type: 'kill', place }, contained));
    assert.equal(outcome?.result, 'done');
    assert.deepEqual(await Promise.all(contained.children.map(ended)), ['SIGKILL', 'SIGKILL']);
  });

  test(`a pause by ${way} is noted before the container stands still, and not where it can't be paused`, {
    skip,
  }, async (context) => {
    const contained = await contain(context, way);
    const noted: string[] = [];
    const noting = createImmediateExecutor({
      ...{ signals: openProcessActions(), ownPids: [process.pid], now, onError: assert.fail },
      notePause(_, undo) {
        assert.ok(undo.kind === 'unpause');
        noted.push(undo.containerId, isHeld(contained.cgroups) ? 'held' : 'free');
        return () => noted.push('taken back');
      },
    });
    const action = plan({ type: 'pause', forMilliseconds: 60_000, place }, contained);
    assert.equal(noting.perform(action)?.result, 'done');
    assert.deepEqual(noted, [contained.id, 'free']);
    await untilFrozen(contained.cgroups);
    noted.length = 0;
    // Its processes can be listed, and nothing in it freezes.
    const folder = mkdtempSync(join(tmpdir(), contained.id));
    context.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'cgroup.procs'), '');
    const other = { id: contained.id, cgroups: { unified: folder, freezer: undefined } };
    assert.equal(noting.perform(plan({ type: 'pause', forMilliseconds: 1, place }, other)), undefined);
    assert.equal(noted.at(-1), 'taken back');
  });

  test(`a container paused by ${way} stands still until it is undone`, { skip }, async (context) => {
    const contained = await contain(context, way);
    const action = plan({ type: 'pause', forMilliseconds: 60_000, place }, contained);
    const outcome = executor().perform(action);
    assert.ok(outcome?.result === 'done' && outcome.undo?.kind === 'unpause');
    const [child] = contained.children as [ChildProcess];
    await untilFrozen(contained.cgroups);
    let heard = 0;
    child.stdout!.on('data', () => heard++);
    // What it had said before is still in the pipe.
    await wait(50);
    heard = 0;
    await wait(200);
    assert.equal(heard, 0);
    const undone = await undoAction(recordOfOutcome(action, outcome, now()), {
      runtimeOf: async () => undefined,
      pods: undefined,
      now,
      actor: 'user test',
    });
    assert.match(undone.detail, /undone by user test: the container goes on/);
    await once(child.stdout!, 'data');
  });

  test(`a cgroup of ${way} that holds Seawall is not killed`, { skip }, async (context) => {
    const contained = await contain(context, way);
    const pid = contained.children[1]!.pid!;
    const outcome = executor([pid]).perform(plan({ type: 'kill', place }, contained));
    assert.equal(outcome?.result, 'refused');
    assert.match(outcome.detail, /never touched/);
    assert.equal(contained.children[1]!.signalCode, null);
  });
}

const skip = reasonToSkip('unified');

test('every process of a killed container has got its signal at once', { skip }, async (context) => {
  const contained = await contain(context, 'unified');
  const actions = openProcessActions();
  const signalled: number[] = [];
  const signals: ProcessSignals = {
    signal(pid, ...rest) {
      signalled.push(pid);
      return actions.signal(pid, ...rest);
    },
  };
  const outcome = executor([process.pid], signals).perform(plan({ type: 'kill', place }, contained));
  for (const { pid } of contained.children) assert.ok(signalled.includes(pid!), `${pid} of ${signalled}`);
  assert.equal(outcome?.detail, 'killed by signals and cgroup.kill');
});

test('what comes behind the signals waits until there is time for it', { skip }, async (context) => {
  const contained = await contain(context, 'unified');
  const deferred: (() => void)[] = [];
  const missing = createImmediateExecutor({
    ...{ signals: { signal: () => 'gone' }, ownPids: [process.pid], now, onError: assert.fail },
    defer: (work) => deferred.push(work),
  });
  missing.perform(plan({ type: 'kill', place }, contained));
  await wait(50);
  assert.deepEqual(
    contained.children.map(({ signalCode }) => signalCode),
    [null, null],
  );
  for (const work of deferred) work();
  assert.deepEqual(await Promise.all(contained.children.map(ended)), ['SIGKILL', 'SIGKILL']);
});

test('whom signals miss or may not reach, cgroup.kill ends', { skip }, async (context) => {
  const ways: readonly ProcessSignals['signal'][] = [
    () => 'gone',
    () => {
      throw Object.assign(new Error('no'), { code: 'EPERM' });
    },
  ];
  for (const signal of ways) {
    const contained = await contain(context, 'unified');
    const outcome = executor([process.pid], { signal }).perform(plan({ type: 'kill', place }, contained));
    assert.equal(outcome?.result, 'done');
    assert.deepEqual(await Promise.all(contained.children.map(ended)), ['SIGKILL', 'SIGKILL']);
  }
});

test('a frozen container can be killed', { skip }, async (context) => {
  for (const way of Object.keys(roots).filter((each) => roots[each] !== undefined)) {
    const contained = await contain(context, way);
    executor().perform(plan({ type: 'pause', forMilliseconds: 60_000, place }, contained));
    executor().perform(plan({ type: 'kill', place }, contained));
    assert.deepEqual(await Promise.all(contained.children.map(ended)), ['SIGKILL', 'SIGKILL']);
  }
});

test('a cgroup that is not named after the container is left alone', { skip }, async (context) => {
  const contained = await contain(context, 'unified');
  const other = plan({ type: 'kill', place }, { ...contained, id: 'c'.repeat(64) });
  assert.equal(executor().perform(other), undefined);
  assert.equal(contained.children[0]!.signalCode, null);
});

test('a container that is gone has ended before', { skip }, () => {
  const id = 'd'.repeat(64);
  const cgroups = { unified: join(roots.unified!, `seawall-test-${id}`), freezer: undefined };
  assert.deepEqual(executor().perform(plan({ type: 'kill', place }, { id, cgroups })), {
    result: 'done',
    detail: 'it had ended before',
    undo: undefined,
  });
});
