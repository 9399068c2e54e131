import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTextsOf } from '../process/texts.ts';
import { createTestSource, INIT, type TestSource } from '../testing/source.ts';

const NEW_PID = 1 << 6;
const VFORK = 1 << 27;
const IN_PID_NAMESPACE = 1 << 29;

function system(): TestSource {
  const source = createTestSource();
  source.thread(INIT);
  source.thread({ tid: 10, environment: ['A=1'], cwd: '/srv', loginUid: 1000, exepath: '/bin/dash' });
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a' });
  return source;
}

/** What the child must have, whoever told of it first. */
function checkChild(source: TestSource): void {
  const child = source.process(20);
  assert.equal(child.parentTid, 10);
  assert.equal(child.pid, 20);
  assert.equal(child.cwd, '/srv/');
  assert.equal(child.loginUid, 1000);
  assert.equal(child.exepath, '/bin/dash');
  assert.deepEqual(readTextsOf(child.environment), ['A=1']);
  assert.equal(child.descriptors.get(3)?.name, '/srv/a');
  assert.notEqual(child.descriptors.get(3), source.process(10).descriptors.get(3));
  assert.equal(source.context.tables.childCount(source.process(10)), 1);
}

test('a child is known from its parent alone', () => {
  const source = system();
  source.clone(10, 20);
  checkChild(source);
});

test('a child is known from its own event alone', () => {
  const source = system();
  source.cloned(20, 10);
  checkChild(source);
  assert.equal(source.context.process, source.process(20));
});

test('a child told of twice is one child, in either order', () => {
  for (const isParentFirst of [true, false]) {
    const source = system();
    if (isParentFirst) source.clone(10, 20);
    else source.cloned(20, 10);
    const child = source.process(20);
    if (isParentFirst) source.cloned(20, 10);
    else source.clone(10, 20);
    assert.equal(source.process(20), child);
    checkChild(source);
  }
});

test('a child in a pid namespace of its own is left to its own event: only that has its ids', () => {
  const source = system();
  source.clone(10, 5, { flags: NEW_PID });
  assert.equal(source.context.tables.process(5), undefined);
  source.cloned(20, 10, { flags: IN_PID_NAMESPACE, vtid: 5, vpid: 5 });
  assert.equal(source.process(20).vpid, 5);
});

test('a parent that returns from vfork brings back no child', () => {
  const source = system();
  source.cloned(20, 10, {}, 'SYSCALL_VFORK_20_X');
  source.exit(20);
  source.clone(10, 20, {}, 'SYSCALL_VFORK_20_X');
  source.clone(10, 20, { flags: VFORK });
  assert.equal(source.context.tables.process(20), undefined);
});

test('a parent that is late brings back no child that has just ended', () => {
  const source = system();
  source.cloned(20, 10);
  source.exit(20);
  source.clone(10, 20);
  assert.equal(source.context.tables.process(20), undefined);
});

test('an id used again seconds later is a new child', () => {
  const source = system();
  source.cloned(20, 10);
  const first = source.process(20);
  source.wait(3000);
  source.cloned(20, 10);
  assert.notEqual(source.process(20), first);
  checkChild(source);
});

test('a failed call changes nothing', () => {
  const source = system();
  source.clone(10, -11);
  assert.equal(source.context.tables.process(-11), undefined);
  assert.equal(source.context.tables.childCount(source.process(10)), 0);
});

test('of an unknown parent, its clone tells who it is', () => {
  const source = system();
  source.clone(50, 60, { ptid: 10, exe: 'cron', comm: 'cron', args: ['-f'] });
  const parent = source.process(50);
  assert.equal(parent.isInvalid, false);
  assert.equal(parent.parentTid, 10);
  assert.equal(parent.commandLine, 'cron -f');
  assert.equal(source.process(60).parentTid, 50);
});
