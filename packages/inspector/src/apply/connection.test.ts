import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescriptorType } from '../descriptor/descriptor.ts';
import { DescriptorFlag } from '../descriptor/flags.ts';
import { socketAddress, tuple, unixTuple } from '../testing/encode-event.ts';
import { createTestSource, INIT, type TestSource } from '../testing/source.ts';

const IPV4 = 2;
const STREAM = 1;
const DATAGRAM = 2;
const V6 = '20010db8000000000000000000000001';
const MAPPED = '00000000000000000000ffff0a000001';

function system(): TestSource {
  const source = createTestSource();
  source.thread(INIT);
  source.thread({ tid: 10 });
  return source;
}

function socket(source: TestSource, fd: number, domain: number, type: number): void {
  source.event(10, 'SOCKET_SOCKET_X', { fd, domain, type, proto: 0, flags: 0 });
}

test('a connection is named by its ends, from client to server', () => {
  const source = system();
  socket(source, 3, IPV4, STREAM);
  const ends = tuple('10.0.0.1:4000', '10.0.0.2:80');
  source.event(10, 'SOCKET_CONNECT_X', { res: 0, tuple: ends, fd: 3 });
  const { descriptor } = source.context;
  assert.equal(descriptor?.name, '10.0.0.1:4000->10.0.0.2:80');
  assert.equal(source.context.descriptorOldName, '');
  assert.ok(descriptor.flags & DescriptorFlag.roleClient);
  assert.ok(descriptor.flags & DescriptorFlag.isConnected);
  assert.deepEqual([descriptor.sourcePort, descriptor.destinationPort], [4000, 80]);
  assert.deepEqual([...descriptor.destinationAddress], [10, 0, 0, 2]);
});

test('a connection that was refused has no ends, one that is in progress has', () => {
  const source = system();
  const ends = tuple('10.0.0.1:4000', '10.0.0.2:80');
  socket(source, 3, IPV4, STREAM);
  source.event(10, 'SOCKET_CONNECT_X', { res: -111, tuple: ends, fd: 3 });
  assert.equal(source.context.descriptor?.name, '');
  source.event(10, 'SOCKET_CONNECT_X', { res: -115, tuple: ends, fd: 3 });
  assert.equal(source.context.descriptor?.name, '10.0.0.1:4000->10.0.0.2:80');
});

test('an address that its caller may have changed meanwhile is taken from the start of the call', () => {
  const source = system();
  socket(source, 3, IPV4, STREAM);
  const shown = '10.0.0.9:99';
  source.event(10, 'SOCKET_CONNECT_E', { fd: 3, addr: socketAddress('10.0.0.2:80') });
  const ends = tuple('10.0.0.1:4000', shown);
  source.event(10, 'SOCKET_CONNECT_X', { res: 0, tuple: ends, fd: 3, addr: socketAddress(shown) });
  assert.equal(source.context.descriptor?.name, '10.0.0.1:4000->10.0.0.2:80');
});

test('an accepted connection has its server at the far end of the tuple', () => {
  const source = system();
  source.event(10, 'SOCKET_ACCEPT4_6_X', { fd: 5, tuple: tuple(`${V6}:4000`, `${V6}:80`), flags: 1 << 12 });
  const { descriptor } = source.context;
  assert.equal(descriptor?.name, '2001:db8::1:4000->2001:db8::1:80');
  assert.equal(descriptor.type, DescriptorType.ipv6Socket);
  assert.ok(descriptor.flags & DescriptorFlag.roleServer);
  assert.equal(descriptor.openFlags, 1 << 12);
});

test('IPv6 addresses that stand for IPv4 ones make an IPv4 connection', () => {
  const source = system();
  source.event(10, 'SOCKET_ACCEPT_5_X', { fd: 5, tuple: tuple(`${MAPPED}:4000`, `${MAPPED}:80`) });
  assert.equal(source.context.descriptor?.type, DescriptorType.ipv4Socket);
  assert.equal(source.context.descriptor?.name, '10.0.0.1:4000->10.0.0.1:80');
});

test('a bound UDP socket that receives becomes the server of who sends', () => {
  const source = system();
  socket(source, 3, IPV4, DATAGRAM);
  source.event(10, 'SOCKET_BIND_X', { res: 0, addr: socketAddress('10.0.0.1:53'), fd: 3 });
  assert.equal(source.context.descriptor?.name, '10.0.0.1:53');
  assert.equal(source.context.descriptor?.type, DescriptorType.ipv4ServerSocket);
  const ends = tuple('10.0.0.8:5000', '10.0.0.1:53');
  source.event(10, 'SOCKET_RECVFROM_X', { res: 4, data: 'ping', tuple: ends, fd: 3, size: 4 });
  assert.equal(source.context.descriptor?.name, '10.0.0.8:5000->10.0.0.1:53');
  const answer = tuple('10.0.0.1:53', '10.0.0.8:5000');
  source.event(10, 'SOCKET_SENDTO_X', { res: 4, data: 'pong', fd: 3, size: 4, tuple: answer });
  assert.equal(source.context.descriptor?.name, '10.0.0.8:5000->10.0.0.1:53', 'still seen from the client');
});

test('who sends over an unknown descriptor has a UDP socket', () => {
  const source = system();
  const ends = tuple('10.0.0.1:4000', '10.0.0.2:53');
  source.event(10, 'SOCKET_SENDTO_X', { res: 1, data: 'x', fd: 9, size: 1, tuple: ends });
  assert.equal(source.context.descriptorNumber, 9);
  assert.equal(source.context.descriptor?.name, '10.0.0.1:4000->10.0.0.2:53');
});

test('a near end left open is filled in from the interface that reaches the far end', () => {
  const source = system();
  const bytes = (text: string) => Uint8Array.from(text.split('.').map(Number));
  const details = { family: 'ipv4', broadcast: new Uint8Array(4), linkSpeed: 0 } as const;
  source.inspector.load({
    kind: 'interfaces',
    interfaces: [
      { ...details, name: 'lo', address: bytes('127.0.0.1'), netmask: bytes('255.0.0.0') },
      { ...details, name: 'eth0', address: bytes('10.0.0.5'), netmask: bytes('255.255.255.0') },
    ],
  });
  socket(source, 3, IPV4, DATAGRAM);
  const ends = tuple('0.0.0.0:4000', '10.0.0.2:53');
  source.event(10, 'SOCKET_SENDTO_X', { res: 1, data: 'x', fd: 3, size: 1, tuple: ends });
  assert.equal(source.context.descriptor?.name, '10.0.0.5:4000->10.0.0.2:53');
  const { tables } = source.context;
  assert.ok(tables.isLocalAddress(source.process(10), bytes('10.0.0.5')));
  assert.ok(!tables.isLocalAddress(source.process(10), bytes('10.0.0.2')));
  assert.equal(tables.interfaceNameOf(bytes('10.0.0.5')), 'eth0');
});

test('a unix socket is named by its kernel addresses and its path', () => {
  const source = system();
  source.event(10, 'SOCKET_SOCKET_X', { fd: 3, domain: 1, type: STREAM, proto: 0, flags: 0 });
  source.event(10, 'SOCKET_CONNECT_X', {
    res: 0,
    tuple: unixTuple(0xffff_8000_0000_0001n, 2n, '/run/x'),
    fd: 3,
  });
  assert.equal(source.context.descriptor?.name, 'ffff800000000001->2 /run/x');
  assert.equal(source.context.descriptor?.unixSource, 0xffff_8000_0000_0001n);
});

test('a tuple cut short is none', () => {
  const source = system();
  socket(source, 3, IPV4, STREAM);
  const cut = tuple('10.0.0.1:4000', '10.0.0.2:80').subarray(0, 12);
  source.event(10, 'SOCKET_CONNECT_X', { res: 0, tuple: cut, fd: 3 });
  assert.equal(source.context.descriptor?.name, '');
});
