import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { platform } from 'node:os';
import { test } from 'node:test';
import { FD_FILE_V2, FD_IPV4_SERVER } from '@seawall/events';
import { parseDescriptorInfo, readDescriptors } from './descriptors.ts';
import { addressBytes, readAccounts } from './machine.ts';
import { parseCgroups, parseFileLimit, parseStat } from './process-files.ts';
import { readProcesses } from './processes.ts';
import { parseInternetRow, parseUnixRow, readSockets } from './sockets.ts';

const skip = platform() === 'linux' ? false : 'there is no /proc';

test('a name with parentheses and spaces does not confuse the reading of stat', () => {
  const stat = parseStat('7 (a) b (c) S 1 2 3 34816 7 0 11 0 13 0 1 1 0 0 20 0 1 0 12345 1 2');
  assert.equal(stat?.comm, 'a) b (c');
  assert.deepEqual(
    [
      stat?.parentPid,
      stat?.processGroup,
      stat?.session,
      stat?.terminal,
      stat?.minorFaults,
      stat?.majorFaults,
    ],
    [1, 2, 3, 34816, 11, 13],
  );
  assert.equal(stat?.startTicks, 12345);
  assert.equal(parseStat('nonsense'), undefined);
});

test('cgroups of both versions are named as events name them', () => {
  assert.deepEqual(parseCgroups('4:blkio:/b\n3:cpu,cpuacct:/c\n1:name=systemd:/s\n'), [
    'cpu=/c',
    'cpuacct=/c',
    'io=/b',
  ]);
  assert.deepEqual(parseCgroups('0::/unified\n').length, 5);
  assert.equal(
    parseFileLimit('Max open files            1024                 4096                 files'),
    1024,
  );
});

test('rows of the socket tables are read in the machine’s byte order', () => {
  const listening =
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0';
  const server = parseInternetRow(listening, 2);
  assert.equal(server?.inode, 4711);
  assert.deepEqual(server?.facts.body, {
    kind: 'ipv4server',
    localAddress: Uint8Array.of(127, 0, 0, 1),
    localPort: 8080,
    protocol: 2,
  });
  const unix = parseUnixRow('ffff8881: 00000002 00000000 00010000 0001 01 99 /run/x y');
  assert.equal(unix?.inode, 99);
  assert.deepEqual(unix?.facts.body, {
    kind: 'unix',
    source: 0xffff8881n,
    destination: 0n,
    name: '/run/x y',
  });
  assert.deepEqual(parseDescriptorInfo('pos:\t0\nflags:\t02100002\nmnt_id:\t25\n'), {
    flags: 0o2100002,
    mountId: 25,
  });
});

test('addresses in all their notations become bytes', () => {
  assert.deepEqual(addressBytes('10.0.0.255'), Uint8Array.of(10, 0, 0, 255));
  assert.deepEqual([...addressBytes('::1')].at(-1), 1);
  assert.equal(Buffer.from(addressBytes('fe80::1:2')).toString('hex'), 'fe800000000000000000000000010002');
  assert.equal(
    Buffer.from(addressBytes('::ffff:1.2.3.4')).toString('hex'),
    '00000000000000000000ffff01020304',
  );
});

test('this very process is found, with its thread, arguments and descriptors', { skip }, async () => {
  const bootTime = BigInt(Date.now() - Math.round(performance.now())) * 1_000_000n;
  const own = readProcesses(bootTime).find(({ tid }) => tid === process.pid);
  assert.ok(own !== undefined);
  assert.equal(own.pid, process.pid);
  assert.equal(own.parentTid, process.ppid);
  assert.equal(own.exe, process.argv0);
  assert.equal(own.exepath, process.execPath);
  assert.equal(own.cwd, process.cwd());
  assert.equal(own.uid, process.geteuid?.());
  assert.ok(readProcesses(bootTime).some(({ pid, tid }) => pid === process.pid && tid !== pid));

  const fd = openSync('/etc/hostname', 'r');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as { port: number };
    const folder = `/proc/${process.pid}`;
    const descriptors = readDescriptors(folder, () => readSockets(`${folder}/net`));
    const file = descriptors.find((entry) => entry.fd === fd);
    assert.equal(file?.type, FD_FILE_V2);
    assert.ok(
      file?.body.kind === 'file' && file.body.name.endsWith('hostname') && (file.body.openFlags & 3) === 1,
    );
    const listening = descriptors.find(({ body }) => body.kind === 'ipv4server' && body.localPort === port);
    assert.equal(listening?.type, FD_IPV4_SERVER);
  } finally {
    closeSync(fd);
    server.close();
  }
});

test('users and groups come from /etc', { skip }, () => {
  const { users, groups } = readAccounts();
  assert.equal(users.find(({ uid }) => uid === 0)?.name, 'root');
  assert.equal(groups.find(({ gid }) => gid === 0)?.name, 'root');
});
