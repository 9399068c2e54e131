import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESCRIPTOR_TOLD, tuple, unixTuple } from '@seawall/events';
import fc from 'fast-check';
import { isCloseOnExec, isServer } from '../descriptor/create.ts';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';
import { createTestSource, INIT, type TestSource } from '../testing/source.ts';

const FILE = 0o100644;
const PIPE = 0o010600;
const FOLDER = 0o040755;
const SOCKET = 0o140777;
const ANONYMOUS = 0o600;
const ANONYMOUS_INODES = 0x0904_1934;
const PIDFDS = 0x5049_4446;
const [UNIX, IPV4, IPV6, NETLINK, PACKET] = [1, 2, 10, 16, 17];
const [STREAM, DATAGRAM] = [1, 2];
const [TCP, UDP] = [6, 17];
const READ_ONLY = 1;
const CLOSE_ON_EXEC = 1 << 12;
const UPPER_LAYER = 1 << 15;
const NOBODY = -1;

interface Facts {
  readonly thread?: number;
  readonly fd?: number;
  readonly mode: number;
  readonly flags?: number;
  readonly device?: number;
  readonly inode?: number;
  readonly fileSystem?: number;
  readonly family?: number;
  readonly type?: number;
  readonly protocol?: number;
  readonly isServer?: boolean;
}

/** The event's data as the probe writes them. */
function told(facts: Facts, rest: Uint8Array | string): Uint8Array {
  const head = Buffer.alloc(40);
  const { thread = 10, fd = 5, flags = 0, device = 0, inode = 77, fileSystem = 0 } = facts;
  [thread, fd, facts.mode, flags, device, inode, 0, fileSystem].forEach((value, index) => {
    head.writeInt32LE(value | 0, 4 * index);
  });
  [facts.family ?? 0, facts.type ?? 0, facts.protocol ?? 0, Number(facts.isServer ?? false)].forEach(
    (value, index) => {
      head.writeUInt16LE(value, 32 + 2 * index);
    },
  );
  return Buffer.concat([head, typeof rest === 'string' ? Buffer.from(`${rest}\0`, 'latin1') : rest]);
}

function system(): TestSource {
  const source = createTestSource();
  source.thread(INIT);
  source.thread({ tid: 10 });
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 4, dirfd: -100, name: 'before' });
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 5, dirfd: -100, name: 'before' });
  return source;
}

function tell(source: TestSource, data: Uint8Array): boolean {
  return source.event(NOBODY, 'ASYNCEVENT_E', { plugin_id: 0, name: DESCRIPTOR_TOLD, data });
}

/** What descriptor 5 of thread 10 is once it was told. */
function descriptorFrom(facts: Facts, rest: Uint8Array | string): Descriptor {
  const source = system();
  tell(source, told(facts, rest));
  return source.process(10).descriptors.get(5) ?? assert.fail('it is gone');
}

test('what is told takes the place of what had the number, for the process, and rules see nothing of it', () => {
  const source = system();
  assert.equal(tell(source, told({ mode: FILE, flags: READ_ONLY, device: 9 }, '/etc/shadow')), false);
  assert.equal(source.context.process, undefined);
  assert.ok(source.event(10, 'SYSCALL_READ_X', { res: 1, fd: 5, size: 1 }));
  const { descriptor } = source.context;
  assert.equal(descriptor?.type, DescriptorType.fileV2);
  assert.deepEqual(
    [descriptor?.name, descriptor?.openFlags, descriptor?.device, descriptor?.inode],
    ['/etc/shadow', READ_ONLY, 9, 77],
  );
  assert.equal(source.process(10).descriptors.get(4)?.name, '/root/before');
  assert.ok(source.event(NOBODY, 'ASYNCEVENT_E', { plugin_id: 0, name: 'container', data: '{}' }));
});

test('names are as /proc writes them, types as the calls that make such descriptors', () => {
  const shown = (facts: Facts, text: string): readonly (number | string)[] => {
    const { type, name } = descriptorFrom(facts, text);
    return [type, name];
  };
  assert.deepEqual(shown({ mode: FOLDER }, '/srv'), [DescriptorType.directory, '/srv']);
  assert.deepEqual(shown({ mode: FOLDER }, '/'), [DescriptorType.directory, '/']);
  assert.deepEqual(shown({ mode: PIPE }, ''), [DescriptorType.fifo, 'pipe:[77]']);
  assert.deepEqual(shown({ mode: PIPE }, '/run/fifo'), [DescriptorType.fifo, '/run/fifo']);
  assert.deepEqual(shown({ mode: FILE }, 'memfd:x'), [DescriptorType.memfd, '/memfd:x (deleted)']);
  assert.deepEqual(shown({ mode: FILE }, '/'), [DescriptorType.fileV2, ''], 'a namespace has no path');
  const anonymous = { mode: ANONYMOUS, fileSystem: ANONYMOUS_INODES };
  assert.deepEqual(shown(anonymous, '[eventfd]'), [DescriptorType.event, 'anon_inode:[eventfd]']);
  assert.deepEqual(shown(anonymous, 'inotify'), [DescriptorType.inotify, 'anon_inode:inotify']);
  assert.deepEqual(shown(anonymous, 'bpf-map'), [DescriptorType.bpf, 'anon_inode:bpf-map']);
  assert.deepEqual(shown(anonymous, '[new]'), [DescriptorType.unsupported, 'anon_inode:[new]']);
  assert.deepEqual(shown({ mode: FILE, fileSystem: PIDFDS }, '/'), [
    DescriptorType.pidfd,
    'anon_inode:[pidfd]',
  ]);
  assert.deepEqual(shown({ mode: SOCKET, family: NETLINK }, ''), [DescriptorType.netlink, '']);
  assert.deepEqual(shown({ mode: SOCKET, family: PACKET }, ''), [DescriptorType.unsupported, 'socket:[77]']);
});

test('a connection is named from client to server, whichever end it is', () => {
  const facts = { mode: SOCKET, family: IPV4, type: STREAM, protocol: TCP };
  const ends = tuple('10.0.0.1:4000', '10.0.0.2:80');
  const client = descriptorFrom(facts, ends);
  const server = descriptorFrom({ ...facts, isServer: true }, ends);
  for (const { type, name } of [client, server]) {
    assert.deepEqual([type, name], [DescriptorType.ipv4Socket, '10.0.0.1:4000->10.0.0.2:80']);
  }
  assert.deepEqual([isServer(client), isServer(server)], [false, true]);
  const mapped = '00000000000000000000ffff0a00000';
  const six = descriptorFrom({ ...facts, family: IPV6 }, tuple(`${mapped}1:4000`, `${mapped}2:80`));
  assert.deepEqual([six.type, six.name], [DescriptorType.ipv4Socket, '10.0.0.1:4000->10.0.0.2:80']);
  const loopback = '00000000000000000000000000000001';
  const real = descriptorFrom({ ...facts, family: IPV6 }, tuple(`${loopback}:4000`, `${loopback}:80`));
  assert.deepEqual([real.type, real.name], [DescriptorType.ipv6Socket, '::1:4000->::1:80']);
});

test('a socket without a far end is what a bound one is, or just a socket', () => {
  const facts = { mode: SOCKET, family: IPV4 };
  const listening = { ...facts, type: STREAM, protocol: TCP, isServer: true };
  const server = descriptorFrom(listening, tuple('0.0.0.0:0', '127.0.0.1:80'));
  assert.deepEqual([server.type, server.name], [DescriptorType.ipv4ServerSocket, '127.0.0.1:80']);
  const datagrams = { ...facts, type: DATAGRAM, protocol: UDP };
  const bound = descriptorFrom(datagrams, tuple('127.0.0.1:53', '0.0.0.0:0'));
  assert.deepEqual([bound.type, bound.name], [DescriptorType.ipv4ServerSocket, '127.0.0.1:53']);
  const fresh = descriptorFrom(datagrams, tuple('0.0.0.0:0', '0.0.0.0:0'));
  assert.deepEqual([fresh.type, fresh.name], [DescriptorType.ipv4Socket, '']);
});

test('a unix socket is named by both ends and the path of the one that has one', () => {
  const facts = { mode: SOCKET, family: UNIX, type: STREAM };
  const { type, name } = descriptorFrom(facts, unixTuple(0xa1n, 0xb2n, '/run/x.sock'));
  assert.deepEqual([type, name], [DescriptorType.unixSocket, 'a1->b2 /run/x.sock']);
  const listening = descriptorFrom({ ...facts, isServer: true }, unixTuple(0xa1n, 0n, '/run/x.sock'));
  assert.equal(listening.name, '/run/x.sock');
});

test('whether an exec closes it, and which layer it lies on, is told', () => {
  const data = { mode: FILE, flags: READ_ONLY | CLOSE_ON_EXEC };
  assert.ok(isCloseOnExec(descriptorFrom(data, '/a')));
  assert.ok(
    !isCloseOnExec(descriptorFrom({ mode: FILE, flags: READ_ONLY }, 'memfd:a')),
    'bit 0 is another flag',
  );
  assert.ok(isCloseOnExec(descriptorFrom(data, 'memfd:a')));
  assert.notEqual(descriptorFrom({ mode: FILE, flags: UPPER_LAYER }, '/a').flags, 0);
});

test('of threads that nobody knows, and by data too short, nothing is told', () => {
  const source = system();
  const { processes } = source.inspector.counters;
  tell(source, told({ thread: 999, mode: FILE }, '/a'));
  for (let length = 0; length < 40; length += 1) tell(source, told({ mode: FILE }, '/a').subarray(0, length));
  assert.equal(source.inspector.counters.processes, processes);
  assert.equal(source.process(10).descriptors.get(5)?.name, '/root/before');
});

test('whatever such an event holds, it throws nothing and changes one descriptor at most', () => {
  const bytes = fc.uint8Array({ maxLength: 120 });
  const facts = fc.record({
    fd: fc.oneof(fc.constant(5), fc.integer()),
    mode: fc.constantFrom(FILE, PIPE, FOLDER, SOCKET, ANONYMOUS),
    fileSystem: fc.constantFrom(0, ANONYMOUS_INODES, PIDFDS),
    family: fc.constantFrom(UNIX, IPV4, IPV6, NETLINK, PACKET),
    type: fc.nat({ max: 6 }),
    protocol: fc.constantFrom(0, 1, TCP, UDP, 255),
    isServer: fc.boolean(),
  });
  const family = fc.constantFrom(UNIX, IPV4, IPV6);
  const tupleLike = fc.tuple(family, bytes).map(([first, rest]) => Uint8Array.from([first, ...rest]));
  const data = fc.oneof(
    bytes,
    fc.tuple(facts, fc.oneof(bytes, tupleLike)).map(([head, rest]) => told(head, rest)),
  );
  fc.assert(
    fc.property(data, (random) => {
      const source = system();
      assert.equal(tell(source, random), false);
      const { descriptors } = source.process(10);
      assert.ok(descriptors.size <= 3);
      if (descriptors.size === 3) assert.notEqual(descriptors.get(5), undefined);
      assert.ok(source.event(10, 'SYSCALL_READ_X', { res: 1, fd: 5, size: 1 }));
    }),
    { numRuns: 2000 },
  );
});
