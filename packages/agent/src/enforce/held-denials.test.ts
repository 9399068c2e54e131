import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Violation } from '@seawall/probe';
import type { Guarded } from './guard-keeper.ts';
import { createHeldDenials, type Denied } from './held-denials.ts';

/** A denial in a container, of which more may become known. */
function denied(pid: number, isComplete: boolean): Denied & { readonly container: { isComplete: boolean } } {
  const container = { workload: {} as Guarded['container']['workload'], isComplete };
  const violation: Violation = {
    ...{ guard: 1, reason: 'call', outcome: 'ended', timestamp: 0n, pid, thread: pid, comm: 'x' },
    ...{ cgroup: 1n, call: 'ptrace' },
  };
  return {
    container,
    violation,
    guarded: { container, generation: 1, wanted: {} as Guarded['wanted'] },
  };
}

const pids = (told: readonly Denied[]) => told.map(({ violation }) => violation.pid);

test('a denial in a container that is described is told at once', () => {
  const held = createHeldDenials();
  held.add(denied(1, true), 0);
  assert.deepEqual(pids(held.take(0)), [1]);
  assert.deepEqual(pids(held.take(0)), []);
});

test('a denial waits for the description of its container, and for that no longer than a second', () => {
  const held = createHeldDenials();
  const [first, second] = [denied(1, false), denied(2, false)];
  held.add(first, 0);
  held.add(second, 10);
  held.add(denied(3, true), 10);
  assert.deepEqual(pids(held.take(50)), [3]);
  second.container.isComplete = true;
  assert.deepEqual(pids(held.take(100)), [2]);
  assert.deepEqual(pids(held.take(999)), []);
  assert.deepEqual(pids(held.take(1000)), [1]);
});

test('of very many the oldest wait no longer', () => {
  const held = createHeldDenials();
  for (let pid = 0; pid < 1030; pid += 1) held.add(denied(pid, false), 0);
  assert.deepEqual(pids(held.take(1)), [0, 1, 2, 3, 4, 5]);
  assert.equal(held.takeAll().length, 1024);
  assert.deepEqual(held.takeAll(), []);
});
