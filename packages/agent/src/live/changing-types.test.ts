import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventTypeOfSymbol, eventTypes, moveTo } from '@seawall/events';
import { createInspector, createSyscallCatalogue, type Process, Trace, traces } from '@seawall/inspector';
import {
  changingTypes,
  ignorableFailedTypes,
  ignorableTypes,
  openProbe,
  probeSupport,
  stateTypes,
} from '@seawall/probe';
import { createWanderers } from '../testing/wanderers.ts';

const support = probeSupport();
const skip = support.isSupported ? false : support.reason;
const EXEC = eventTypeOfSymbol('SYSCALL_EXECVE_19_X').id;
const PRLIMIT = eventTypeOfSymbol('SYSCALL_PRLIMIT_X').id;
const CLONES = ['SYSCALL_CLONE_20_X', 'SYSCALL_CLONE3_X', 'SYSCALL_FORK_20_X', 'SYSCALL_VFORK_20_X'].map(
  (symbol) => eventTypeOfSymbol(symbol).id,
);

test('what the kernel can leave out by process leaves nothing in the tables, or only where the call succeeded', () => {
  for (const type of ignorableTypes) {
    const { symbol } = eventTypes[type];
    assert.notEqual(traces[type], Trace.anything, symbol);
    assert.equal(traces[type] === Trace.ends, ignorableFailedTypes.has(type), symbol);
    assert.ok(!changingTypes.has(type), symbol);
  }
  assert.ok(ignorableTypes.size > 80);
});

/** Fields of which verdicts are made that the kernel relies on: those that rest on nothing but the process. */
const fields = [...createSyscallCatalogue().fields.values()]
  .filter(
    ({ dependsOn, argument }) =>
      argument.presence !== 'required' && dependsOn.every((one) => one === 'process' || one === 'constant'),
  )
  .map((field) => field.bind(undefined));

test('what rules see of a process changes by what the kernel counts as a change of it, and by nothing else', {
  skip,
}, async (context) => {
  const wanderers = createWanderers();
  const probe = openProbe({ ringBytes: 32 * 1024 * 1024 });
  const inspector = createInspector();
  const { view } = inspector.context;
  const known = new Map<Process, { generation: number; values: unknown[] }>();
  const changedBy = new Set<string>();
  let others = 0;

  function valuesOf({ tid }: Process): unknown[] {
    return inspector.showThread(tid) ? fields.map(({ extract }) => extract(inspector.context)) : [];
  }

  function look(): void {
    const { process: own } = inspector.context;
    const pid = own?.pid;
    const isNew = own !== undefined && !known.has(own);
    for (const [process, before] of known) {
      if (process.generation === before.generation) continue;
      const values = valuesOf(process);
      const changed = fields.filter((_, index) => !Object.is(before.values[index], values[index]));
      before.generation = process.generation;
      before.values = values;
      if (changed.length === 0 || values.length === 0) continue;
      const { symbol } = eventTypes[view.type];
      const where = `${symbol} of ${view.tid}: ${changed.map(({ definition }) => definition.name)} of ${process.tid}`;
      changedBy.add(symbol);
      if (view.type === PRLIMIT && process.pid !== pid) others += 1;
      else if (CLONES.includes(view.type)) assert.equal(process.tid, own?.tid, where);
      else {
        assert.ok(changingTypes.has(view.type) || view.type === EXEC, where);
        assert.equal(process.pid, pid, where);
      }
    }
    if (isNew) known.set(own, { generation: own.generation, values: valuesOf(own) });
  }

  function handle(): void {
    const { ring } = probe;
    for (let count = ring.take(); count > 0; count = ring.take()) {
      for (let index = 0; index < count; index += 1) {
        moveTo(view, ring.batch, index);
        inspector.apply(view);
        look();
      }
      ring.release();
    }
  }

  const timer = setInterval(handle, 5);
  try {
    probe.want({ types: [...stateTypes, ...changingTypes] });
    const seeds = Array.from({ length: 8 }, (_, index) => Date.now() + index);
    const codes = await Promise.all(seeds.map((seed) => wanderers.start(seed % 1_000_000_000, 10)));
    assert.deepEqual(codes, new Array(seeds.length).fill(0));
    handle();
    assert.ok(changedBy.size > 4, [...changedBy].join());
    context.diagnostic(`${[...changedBy].join()}; ${others} by others, of ${known.size} threads`);
  } finally {
    clearInterval(timer);
    probe.close();
    wanderers.remove();
  }
});
