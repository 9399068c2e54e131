import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EVENT_TYPE_COUNT, largePayloadByType } from '@seawall/events';
import fc from 'fast-check';
import { type ContainerInfo, createContainerInfo } from './container/container.ts';
import { createInspector } from './inspector.ts';
import { applyCapture } from './testing/apply-capture.ts';
import { createAsker } from './testing/ask.ts';
import { encodeRaw } from './testing/encode-event.ts';
import { createTestSource, INIT } from './testing/source.ts';

const CONTAINER = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';

test('the tables hold no more threads than their maximum, and forget those longest out of use', () => {
  const source = createTestSource({ maximumProcesses: 100 });
  source.thread(INIT);
  source.thread({ tid: 10 });
  for (let tid = 1000; tid < 3000; tid++) {
    source.clone(10, tid, { comm: `c${tid}`, args: [`${tid}`] });
    source.exec(tid, { comm: `e${tid}` });
  }
  const { counters } = source.inspector;
  assert.ok(counters.processes <= 100);
  assert.equal(counters.evictedProcesses, 2002 - counters.processes);
  assert.equal(source.process(10).comm, 'sh', 'who is active stays');
  assert.equal(source.process(2999).comm, 'e2999');
});

test('a process has no more descriptors than its maximum', () => {
  const source = createTestSource({ maximumDescriptorsPerProcess: 10 });
  source.thread({ tid: 10 });
  for (let fd = 0; fd < 50; fd++) source.event(10, 'SYSCALL_OPENAT_2_X', { fd, dirfd: -100, name: `${fd}` });
  assert.equal(source.process(10).descriptors.size, 10);
  assert.equal(source.inspector.counters.refusedDescriptors, 40);
});

test('events are counted by what came of them', () => {
  const source = createTestSource();
  source.thread({ tid: 10 });
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a' });
  source.event(10, 'SYSCALL_FSTAT_X', { res: 0, fd: 3 });
  assert.equal(source.deliver(encodeRaw(EVENT_TYPE_COUNT + 5, [], source.head(10))), false);
  const { parsed, ignored, unknown } = source.inspector.counters;
  assert.deepEqual({ parsed, ignored, unknown }, { parsed: 1, ignored: 1, unknown: 1 });
});

test('suppressed threads and all that they start are hidden, but for their ends', () => {
  const source = createTestSource({ suppressedComms: new Set(['agent']), suppressedTids: [50] });
  source.thread({ tid: 10 });
  source.cloned(20, 10, { comm: 'agent' });
  assert.equal(source.event(20, 'SYSCALL_CLOSE_X', { res: 0, fd: 1 }), false);
  source.cloned(30, 20, { comm: 'helper' });
  assert.equal(source.event(30, 'SYSCALL_CLOSE_X', { res: 0, fd: 1 }), false);
  assert.equal(source.event(50, 'SYSCALL_CLOSE_X', { res: 0, fd: 1 }), false);
  assert.equal(source.event(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 1 }), true);
  source.exit(30);
  assert.equal(source.event(30, 'SYSCALL_CLOSE_X', { res: 0, fd: 1 }), true);
  assert.equal(source.inspector.counters.suppressed, 5);
});

test('what is known of a container reaches its processes whenever it comes', () => {
  const source = createTestSource();
  source.thread({ tid: 10, cgroups: [`cpuset=/docker/${CONTAINER}`] });
  source.event(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 1 });
  const process = source.process(10);
  const nameOf = (holder: { readonly container: ContainerInfo | undefined }) => holder.container?.name;
  assert.equal(process.containerId, CONTAINER.slice(0, 12));
  assert.equal(nameOf(process), undefined);
  const description = JSON.stringify({ container: { id: CONTAINER.slice(0, 12), name: 'web', type: 0 } });
  source.event(1, 'CONTAINER_JSON_2_E', { json: description });
  assert.equal(nameOf(process), 'web');
  assert.equal(nameOf(source.context), 'web', 'the event is about that container');
  source.event(1, 'ASYNCEVENT_E', { plugin_id: 0, name: 'container_removed', data: `${description}\0` });
  assert.equal(nameOf(process), undefined);
  assert.equal(nameOf(source.context), 'web', 'so is the event of its end');
  source.inspector.setContainers([{ ...createContainerInfo(CONTAINER.slice(0, 12)), name: 'told' }]);
  assert.equal(nameOf(process), 'told');
  source.event(1, 'CONTAINER_JSON_2_E', { json: '{' });
  assert.equal(source.inspector.counters.unreadableContainers, 1);
});

test('users belong to their container', () => {
  const source = createTestSource();
  const container_id = CONTAINER.slice(0, 12);
  source.inspector.load({
    kind: 'users',
    users: [{ uid: 5, gid: 5, name: 'games', homeDirectory: '/usr/games', shell: '/bin/false' }],
    groups: [{ gid: 5, name: 'tty' }],
  });
  source.thread({ tid: 10, uid: 5, gid: 5, cgroups: [`cpuset=/docker/${CONTAINER}`] });
  source.thread({ tid: 20, uid: 5, gid: 5 });
  source.event(1, 'USER_ADDED_E', {
    uid: 5,
    gid: 5,
    name: 'web',
    home: '/srv',
    shell: '/bin/sh',
    container_id,
  });
  const { tables } = source.context;
  assert.equal(tables.userName(source.process(10), 5), 'web');
  assert.equal(tables.userHomeDirectory(source.process(10), 5), '/srv');
  assert.equal(tables.userName(source.process(20), 5), 'games');
  assert.equal(tables.groupName(source.process(10), 5), undefined);
  assert.equal(tables.groupName(source.process(20), 5), 'tty');
  source.event(1, 'USER_DELETED_E', { uid: 5, container_id });
  assert.equal(tables.userName(source.process(10), 5), undefined);
});

test("where containers are ignored all users are the host's", () => {
  const source = createTestSource({ ignoresContainers: true });
  const user = { uid: 5, gid: 5, name: 'games', homeDirectory: '/usr/games', shell: '/bin/false' };
  source.inspector.load({ kind: 'users', users: [user], groups: [] });
  source.thread({ tid: 10, uid: 5, gid: 5, cgroups: [`cpuset=/docker/${CONTAINER}`] });
  assert.equal(source.context.tables.userName(source.process(10), 5), 'games');
  assert.equal(source.process(10).containerId, '');
});

test('a capture that follows another one in the same file starts with empty tables', () => {
  const source = createTestSource();
  source.thread({ tid: 10 });
  source.event(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 1 });
  source.inspector.load({ kind: 'header', majorVersion: 1, minorVersion: 2 });
  assert.equal(source.context.tables.process(10), undefined);
});

test('time counts from the first event of the capture that follows another one in the same file', () => {
  const source = createTestSource();
  source.event(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 1 });
  source.event(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 1 });
  assert.equal(createAsker(source.context).holds('evt.reltime > 0'), true);
  source.inspector.load({ kind: 'header', majorVersion: 1, minorVersion: 2 });
  source.event(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 1 });
  assert.equal(createAsker(source.context).holds('evt.reltime = 0'), true);
});

const parameter = fc.oneof(
  fc.constant(new Uint8Array(0)),
  fc.integer({ min: -300, max: 300 }).map((value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return bytes;
  }),
  fc.constantFrom(...[1, 2, 10, 16].map((family) => Buffer.alloc(40, family))),
  fc.uint8Array({ maxLength: 45 }),
);

test('no event, however damaged, breaks the tables', () => {
  const event = fc.record({
    type: fc.integer({ min: 0, max: EVENT_TYPE_COUNT + 3 }),
    tid: fc.integer({ min: -1, max: 8 }),
    parameters: fc.array(parameter, { maxLength: 32 }),
  });
  fc.assert(
    fc.property(fc.array(event, { minLength: 20, maxLength: 60 }), (events) => {
      const source = createTestSource({ maximumProcesses: 20, maximumDescriptorsPerProcess: 8 });
      source.thread(INIT);
      source.thread({ tid: 2 });
      for (const { type, tid, parameters } of events) {
        const isLarge = largePayloadByType[type] === 1;
        source.deliver(encodeRaw(type, parameters, source.head(tid), isLarge));
        checkTree(source);
      }
    }),
    { numRuns: 150, seed: 7 },
  );
});

/** Whether every child is in the table and knows its parent, and every group counts its living threads. */
function checkTree({ context, inspector }: ReturnType<typeof createTestSource>): void {
  assert.ok(inspector.counters.processes <= 20);
  for (let tid = -300; tid <= 300; tid++) {
    const process = context.tables.process(tid);
    if (process === undefined) continue;
    assert.equal(process.tid, tid);
    for (const child of process.bookkeeping.children ?? []) {
      assert.equal(context.tables.process(child.tid), child);
      assert.equal(child.parentTid, tid);
    }
    const { group } = process.bookkeeping;
    if (group === undefined) continue;
    const living = new Set(
      group.threads.filter(({ bookkeeping, isDead }) => bookkeeping.isInTable && !isDead),
    );
    assert.equal(group.aliveCount, living.size);
  }
}

const shared = process.env.SEAWALL_SHARED ?? join(import.meta.dirname, '../../../../shared');
const captures = join(shared, 'conformance/captures');
const isAbsent = process.env.SEAWALL_SHARED === undefined && !existsSync(captures);

test('all captures of the conformance data pass through', {
  skip: isAbsent && 'SKIPPED: no shared data',
}, async () => {
  for (const file of readdirSync(captures).filter((name) => name.endsWith('.scap'))) {
    const inspector = createInspector();
    let seen = 0;
    await applyCapture(join(captures, file), inspector, () => {
      seen += 1;
    });
    const { parsed, ignored, unknown } = inspector.counters;
    assert.equal(parsed + ignored + unknown, seen, file);
    assert.ok(seen > 0, file);
  }
});
