import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestSource, INIT, type TestSource } from '../testing/source.ts';

const THREAD = 1 << 13;

/** Init, below it a shell. */
function system(): TestSource {
  const source = createTestSource();
  source.thread(INIT);
  source.thread({ tid: 10 });
  return source;
}

test('children of a process that ends go to init', () => {
  const source = system();
  source.clone(10, 20);
  source.clone(20, 30);
  const { tables } = source.context;
  assert.equal(source.process(30).parentTid, 20);
  source.exit(20);
  assert.equal(source.process(20).isDead, true, 'rules still see the thread at its own exit');
  source.inspector.settle();
  assert.equal(tables.process(20), undefined);
  assert.equal(source.process(30).parentTid, 1);
  assert.equal(tables.childCount(source.process(1)), 2);
});

test('children go to the reaper that the kernel names', () => {
  const source = system();
  source.clone(10, 20);
  source.clone(20, 30);
  source.exit(20, { reaper_tid: 10 });
  source.inspector.settle();
  assert.equal(source.process(30).parentTid, 10);
});

test('children go to the nearest ancestor that asked to adopt orphans', () => {
  const source = system();
  source.event(10, 'SYSCALL_PRCTL_X', { res: 0, option: 36, arg2_int: 1 });
  source.clone(10, 20);
  source.clone(20, 30);
  source.clone(30, 40);
  source.exit(30);
  source.inspector.settle();
  assert.equal(source.process(40).parentTid, 10);
});

test('children of a thread that ends go to another thread of its group', () => {
  const source = system();
  source.clone(10, 11, { flags: THREAD });
  source.clone(11, 30, { vtid: 11 });
  assert.equal(source.process(30).parentTid, 11);
  source.exit(11);
  source.inspector.settle();
  assert.equal(source.process(30).parentTid, 10);
});

test('a leader stays in the table until its last thread has ended', () => {
  const source = system();
  source.clone(10, 11, { flags: THREAD });
  const { tables } = source.context;
  assert.equal(tables.threadCount(source.process(10)), 2);
  source.exit(10);
  source.inspector.settle();
  assert.equal(tables.leader(source.process(11)), source.process(10));
  assert.equal(tables.threadCount(source.process(11)), 1);
  source.exit(11);
  source.inspector.settle();
  assert.equal(tables.process(10), undefined);
  assert.equal(tables.process(11), undefined);
});

test('threads use the descriptors of their leader', () => {
  const source = system();
  source.clone(10, 11, { flags: THREAD });
  source.event(11, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a' });
  assert.equal(source.process(10).descriptors.get(3)?.name, '/root/a');
  assert.equal(source.process(10).descriptors, source.process(11).descriptors);
});

test('an exec by a leader ends its other threads', () => {
  const source = system();
  source.clone(10, 11, { flags: THREAD });
  source.clone(10, 12, { flags: THREAD });
  source.exec(10);
  const { tables } = source.context;
  assert.equal(tables.process(11), undefined);
  assert.equal(tables.process(12), undefined);
  assert.equal(tables.threadCount(source.process(10)), 1);
});

test('an exec brings a leader back that had ended before its threads', () => {
  const source = system();
  source.clone(10, 11, { flags: THREAD });
  source.exit(10);
  source.exec(10);
  assert.equal(source.process(10).isDead, false);
  assert.equal(source.context.tables.threadCount(source.process(10)), 1);
});

test('threads that nobody announced are known by their number alone', () => {
  const source = system();
  source.event(77, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 });
  const invented = source.process(77);
  assert.equal(invented.isInvalid, true);
  assert.equal(invented.comm, '<NA>');
  assert.equal(source.context.tables.threadCount(invented), 0);
});

test('exits of unknown threads invent nothing', () => {
  const source = system();
  source.exit(77);
  assert.equal(source.context.process, undefined);
  assert.equal(source.context.tables.process(77), undefined);
});

test('an id that is used again by another process, unseen, leaves the old group', () => {
  const source = system();
  source.clone(10, 11, { flags: THREAD });
  source.exec(11, { pid: 11 });
  const { tables } = source.context;
  assert.equal(tables.threadCount(source.process(10)), 1);
  assert.equal(tables.threadCount(source.process(11)), 1);
  assert.equal(tables.leader(source.process(11)), source.process(11));
  source.exec(11, { pid: -1 });
  assert.equal(source.process(11).pid, 11, 'a pid that could not be told changes nothing');
});

test('a full table forgets a process whose reaper it does not have, and makes no room for that one', () => {
  const source = createTestSource({ maximumProcesses: 8 });
  source.thread(INIT);
  source.thread({ tid: 10 });
  source.clone(10, 20);
  source.clone(20, 21, { flags: THREAD });
  source.clone(20, 30);
  source.exit(20, { reaper_tid: 10 });
  // The leader is back, with a child again, when the one that took its children ends.
  source.exec(20, { pid: 20 });
  source.clone(20, 40);
  source.exit(10, { reaper_tid: 1 });
  for (let tid = 50; tid < 70; tid += 1) {
    source.clone(1, tid);
    for (const busy of [tid, 40]) source.event(busy, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 });
  }
  const { tables } = source.context;
  assert.equal(source.inspector.counters.processes, 8);
  assert.equal(tables.process(20), undefined);
  assert.equal(tables.process(10), undefined);
});
