import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from '@seawall/base/testing';
import { type ContainerRuntime, openRuntime } from '@seawall/kube';
import {
  containerdMissing,
  dockerMissing,
  makeBusyboxImage,
  type RunningContainer,
  startContainerd,
  startDocker,
  unifiedFolderOf,
} from '@seawall/kube/testing';
import { openProcessActions } from '@seawall/probe';
import { facts, own, place, policyThat, workload } from '../testing/facts.ts';
import { decideActions } from './decide.ts';
import type { ContainerCgroups, PlannedAction } from './decision.ts';
import { createFollowUp } from './follow-up.ts';
import { createGuardState } from './guard-state.ts';
import { createImmediateExecutor } from './immediate.ts';
import { recordOfOutcome } from './record.ts';
import { undoAction } from './undo.ts';
import type { PolicyAction } from './wanted.ts';

/* What the kernel does at once and what the runtime does afterwards, on containers of real runtimes. */

interface World {
  readonly runtime: ContainerRuntime;
  run(): RunningContainer;
  stop(): Promise<void>;
}

const folder = mkdtempSync(join(tmpdir(), 'seawall-policies-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function compilerMissing(): string | undefined {
  const { error } = spawnSync('cc', ['--version']);
  return error && 'there is no C compiler (apt-get install gcc)';
}

const now = (): bigint => BigInt(Date.now()) * 1_000_000n;

describe('containerd', { skip: containerdMissing() ?? compilerMissing() }, () => {
  expectActions(async () => {
    const daemon = await startContainerd();
    daemon.importImage(makeBusyboxImage(join(folder, 'containerd')));
    return {
      runtime: openRuntime({ kind: 'containerd', socket: daemon.socket }),
      run: () => daemon.runContainer(),
      stop: daemon.stop,
    };
  });
});

describe('Docker', { skip: dockerMissing() ?? compilerMissing() }, () => {
  expectActions(async () => {
    const daemon = await startDocker();
    daemon.importImage(makeBusyboxImage(join(folder, 'docker')));
    return {
      runtime: openRuntime({ kind: 'docker', socket: daemon.socket }),
      run: () => daemon.runContainer(),
      stop: daemon.stop,
    };
  });
});

function expectActions(start: () => Promise<World>): void {
  let world: World;
  before(async () => {
    world = await start();
  });
  after(async () => {
    world?.runtime.close();
    await world?.stop();
  });

  const executor = () =>
    createImmediateExecutor({
      ...{ signals: openProcessActions(), ownPids: [process.pid], now },
      onError: assert.fail,
    });
  const surroundings = () => ({ runtimeOf: async () => world.runtime, pods: undefined, now });
  const act = async (action: PlannedAction, isImmediate = true) => {
    const immediate = isImmediate ? executor().perform(action) : undefined;
    const outcome = await createFollowUp({ ...surroundings(), immediate: executor() }).follow(
      action,
      immediate,
    );
    return { immediate, outcome };
  };

  test('a killed container is gone at once, and the runtime knows', async () => {
    const container = world.run();
    const { immediate, outcome } = await act(plan({ type: 'kill', place }, container));
    assert.equal(immediate?.detail, 'killed by signals and cgroup.kill');
    assert.equal(outcome.result, 'done', outcome.detail);
    await until(() => !isRunning(container.pid));
    await until(async () => (await world.runtime.find(container.id))?.state !== 'running');
  });

  for (const isImmediate of [true, false]) {
    const way = isImmediate ? 'its cgroup and the runtime' : 'the runtime alone';

    test(`a container paused by ${way} goes on when it is undone, whoever else looks after it`, async () => {
      const container = world.run();
      const action = plan({ type: 'pause', forMilliseconds: 60_000, place }, container);
      const { outcome } = await act(action, isImmediate);
      assert.equal(outcome.result, 'done', outcome.detail);
      await until(() => isFrozen(container));
      const record = await undoAction(recordOfOutcome(action, outcome, now()), {
        ...surroundings(),
        actor: 'user test',
      });
      assert.match(record.detail, /the container goes on$/);
      await until(() => !isFrozen(container));
      assert.equal((await world.runtime.find(container.id))?.state, 'running');
      // Nothing is left behind that keeps the runtime from ending it.
      await world.runtime.stop(container.id, 0);
      await until(() => !isRunning(container.pid));
    });
  }

  test('a stopped container has ended when its grace is over', async () => {
    const container = world.run();
    const { outcome } = await act(plan({ type: 'stop', graceMilliseconds: 200, place }, container));
    assert.equal(outcome.result, 'done', outcome.detail);
    await until(() => !isRunning(container.pid));
  });

  test('a paused container can be killed', async () => {
    const container = world.run();
    await act(plan({ type: 'pause', forMilliseconds: 60_000, place }, container));
    await act(plan({ type: 'kill', place }, container));
    await until(() => !isRunning(container.pid));
  });
}

function cgroupsOf({ cgroup }: RunningContainer): ContainerCgroups {
  const freezer = join('/sys/fs/cgroup/freezer', cgroup);
  return { unified: unifiedFolderOf(cgroup), freezer: existsSync(freezer) ? freezer : undefined };
}

function plan(action: PolicyAction, running: RunningContainer): PlannedAction {
  const { id } = running;
  const cgroups = cgroupsOf(running);
  const container = { id, name: 'web', image: 'web', digest: undefined, labels: {} };
  const offence = facts({ workload: workload({ container }), cgroups, time: now() });
  const [decision] = decideActions(policyThat([action]), offence, createGuardState({ own }));
  assert.ok(decision?.outcome === 'planned');
  return decision;
}

function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}

function isFrozen(running: RunningContainer): boolean {
  const { unified, freezer } = cgroupsOf(running);
  if (freezer !== undefined) return readFileSync(join(freezer, 'freezer.state'), 'utf8').trim() !== 'THAWED';
  return /^frozen 1$/m.test(readFileSync(join(unified!, 'cgroup.events'), 'utf8'));
}
