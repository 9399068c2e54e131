import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAsker } from '../testing/ask.ts';
import { tuple } from '../testing/encode-event.ts';
import { createTestSource, INIT } from '../testing/source.ts';

const source = createTestSource();
const { shows, holds } = createAsker(source.context);
source.thread(INIT);
source.thread({ tid: 20, comm: 'nginx', exe: 'nginx: worker', args: ['-g', 'daemon off;'] });

test('arguments show what they stand for', () => {
  source.event(20, 'SYSCALL_OPENAT_2_X', {
    fd: 5,
    dirfd: -100,
    name: 'notes/../todo',
    flags: 0x1001,
    mode: 0,
    dev: 0,
    ino: 7,
  });
  assert.equal(shows('evt.arg.fd'), '<f>/root/todo');
  assert.equal(shows('evt.arg.dirfd'), 'AT_FDCWD');
  assert.equal(shows('evt.arg.name'), '/root/todo');
  assert.equal(shows('evt.arg[3]'), 'O_RDONLY|O_CLOEXEC');
  assert.equal(shows('evt.rawarg.flags'), '1001');
  assert.equal(shows('evt.arg[7]'), undefined);
  assert.equal(shows('evt.arg.res'), undefined);
  assert.equal(
    shows('evt.args'),
    'fd=5(<f>/root/todo) dirfd=-100(AT_FDCWD) name=notes/../todo(/root/todo) ' +
      'flags=4097(O_RDONLY|O_CLOEXEC) mode=0 dev=0 ino=7',
  );
  assert.equal(shows('evt.info'), shows('evt.args'));
});

test('a failed call shows its error, and the name it asked for', () => {
  source.event(20, 'SYSCALL_OPENAT_2_X', { fd: -2, dirfd: -100, name: 'gone', flags: 1, mode: 0 });
  assert.equal(shows('evt.res'), 'ENOENT');
  assert.equal(shows('evt.rawres'), '-2');
  assert.equal(shows('evt.failed'), 'true');
  assert.equal(shows('evt.count.error.file'), '1');
  assert.equal(shows('evt.count.error.net'), undefined);
  assert.equal(shows('fd.num'), '-1');
  assert.equal(shows('fd.name'), '/root/gone');
  assert.equal(shows('fd.directory'), '/root');
  assert.equal(shows('fd.type'), undefined);
  assert.equal(shows('fd.typechar'), 'f');
});

test('lost arguments read <NA> or NULL, and no number compares with them', () => {
  source.event(20, 'SYSCALL_PWRITE_X', { res: 0, fd: 1 });
  assert.equal(shows('evt.arg.data'), 'NULL');
  assert.equal(shows('evt.arg.size'), '<NA>');
  assert.equal(shows('evt.rawarg.size'), '0');
  assert.ok(!holds('evt.rawarg.size = 0'));
  assert.ok(!holds('evt.rawarg.size exists'));
});

test('numbers of 8 and 16 bits have the sign that their type has', () => {
  source.event(20, 'SYSCALL_SEMOP_X', { res: 0, nsops: 1, sem_num_0: 65535, sem_op_0: -1, sem_flg_0: 0 });
  assert.equal(shows('evt.arg.sem_num_0'), '65535');
  assert.equal(shows('evt.arg.sem_op_0'), '-1');
  assert.ok(holds('evt.rawarg.sem_op_0 < 0 and evt.rawarg.sem_num_0 > 0'));
  source.event(20, 'SYSCALL_TIMERFD_CREATE_X', { res: 11, clockid: 200, flags: 0 });
  assert.equal(shows('evt.arg.clockid'), '200');
});

test('descriptors that a failed call was to make are not there', () => {
  const open = shows('proc.fdopencount');
  source.event(20, 'SYSCALL_MEMFD_CREATE_X', { fd: -24, name: 'm', flags: 1 });
  assert.equal(shows('fd.num'), '-1');
  assert.equal(shows('fd.name'), '');
  assert.equal(shows('proc.fdopencount'), open);
});

test('a buffer is bytes for conditions and dots for people', () => {
  source.event(20, 'SYSCALL_WRITE_X', { res: 4, data: 'a\0\xffb', fd: 1, size: 4 });
  assert.equal(shows('evt.buffer'), 'a..b');
  assert.ok(holds('evt.buffer bcontains 00ff'));
  source.event(20, 'SYSCALL_WRITE_X', { res: 0, data: '', fd: 1, size: 0 });
  assert.equal(shows('evt.buffer'), '');
});

test('raw arguments that are bytes show, and can be asked for, but are compared with nothing', () => {
  source.event(20, 'SYSCALL_WRITE_X', { res: 4, data: 'a\0\xffb', fd: 1, size: 4 });
  assert.equal(shows('evt.rawarg.data'), 'a..b');
  assert.ok(holds('evt.rawarg.data exists'));
  for (const comparison of ['= abc', 'contains b', 'in (abc, d)', 'bcontains 00ff']) {
    assert.throws(() => holds(`evt.rawarg.data ${comparison}`), /evt\.rawarg\.data is bytes/);
  }
  assert.ok(holds('evt.rawarg.data in ()') === false);
});

test('events have a name, a category and a place in time', () => {
  source.event(20, 'SYSCALL_GETUID_X', {});
  assert.equal(shows('evt.type'), 'getuid');
  assert.ok(holds('evt.type.is.getuid = 1 and evt.type.is.open = 0'));
  assert.equal(shows('evt.dir'), '<');
  assert.equal(shows('evt.source'), 'syscall');
  assert.equal(shows('evt.is_async'), 'false');
  const time = shows('evt.rawtime') as string;
  assert.ok(holds(`evt.around[${time}] = 0`));
  assert.ok(!holds('evt.around[1000] = 1'));
  assert.ok(holds(`evt.rawtime = ${time}`));
  assert.equal(shows('evt.rawtime.s'), time.slice(0, -9));
  assert.equal(shows('evt.rawtime.ns'), time.slice(-9));
});

test('calls without a type of their own go by the name of the call', () => {
  source.event(20, 'GENERIC_X', { ID: 2, nativeID: 60 });
  assert.equal(shows('evt.type'), shows('syscall.type'));
  assert.equal(shows('evt.args'), '');
  assert.equal(shows('evt.res'), undefined);
});

test('opening says for what', () => {
  const open = (flags: number, mode: number) =>
    source.event(20, 'SYSCALL_OPEN_X', { fd: 6, name: '/tmp/x', flags, mode, dev: 0, ino: 1 });
  open(1, 0);
  assert.ok(holds('evt.is_open_read = true and evt.is_open_write = false'));
  open(2 | 4 | (1 << 14), 0o755);
  assert.ok(holds('evt.is_open_write = true and evt.is_open_read = false'));
  assert.ok(holds('evt.is_open_create = true and evt.is_open_exec = true'));
  open(2, 0o755);
  assert.ok(holds('evt.is_open_create = false and evt.is_open_exec = false'));
});

test('either end of a connection will do for equality, both must differ for inequality', () => {
  source.event(20, 'SOCKET_SOCKET_X', { fd: 8, domain: 2, type: 1, proto: 0 });
  source.event(20, 'SOCKET_CONNECT_X', {
    res: 0,
    tuple: tuple('10.0.0.1:40000', '10.1.0.2:443'),
    fd: 8,
  });
  assert.equal(shows('fd.name'), '10.0.0.1:40000->10.1.0.2:443');
  assert.equal(shows('fd.cip'), '10.0.0.1');
  assert.equal(shows('fd.sport'), '443');
  assert.equal(shows('fd.sproto'), '443');
  assert.equal(shows('fd.l4proto'), 'tcp');
  assert.ok(holds('fd.ip = 10.0.0.1') && holds('fd.ip = 10.1.0.2') && holds('fd.ip in (1.1.1.1, 10.1.0.2)'));
  assert.ok(!holds('fd.ip != 10.0.0.1') && holds('fd.ip != 10.0.0.3') && holds('fd.ip exists'));
  assert.ok(
    holds('fd.net = 10.1.0.0/16') && !holds('fd.net != 10.1.0.0/16') && holds('fd.net != 11.0.0.0/8'),
  );
  assert.ok(holds('fd.snet = 10.1.0.0/16') && !holds('fd.cnet = 10.1.0.0/16'));
  assert.ok(holds('fd.port = 443') && holds('fd.port > 39999') && !holds('fd.port != https'));
  assert.ok(!holds('fd.ip = ::1') && holds('fd.ip != ::1'));
  assert.equal(shows('fd.ip'), undefined);
});

test('fields of the descriptor are unset for events that are about none', () => {
  source.event(20, 'SYSCALL_SETPGID_X', {});
  for (const name of ['fd.num', 'fd.name', 'fd.uid', 'fd.types', 'fd.containername']) {
    assert.equal(shows(name), undefined, name);
  }
  assert.ok(!holds('fd.ip exists') && !holds('fd.port exists'));
});

test('who knows domains decides about them', () => {
  const address = Uint8Array.of(10, 1, 0, 2);
  const domains = {
    addressesOf: (domain: string) => (domain === 'sea.example' ? [address] : []),
    nameOf: (asked: Uint8Array) => (asked.join() === address.join() ? 'sea.example' : undefined),
  };
  const asker = createAsker(source.context, { domains });
  source.event(20, 'SYSCALL_READ_X', { res: 0, fd: 8, size: 1 });
  assert.equal(asker.shows('fd.sip.name'), 'sea.example');
  assert.ok(
    asker.holds('fd.sip.name = sea.example') && asker.holds('fd.sip.name in (a.example, sea.example)'),
  );
  assert.ok(asker.holds('fd.cip.name != sea.example') && !asker.holds('fd.sip.name != sea.example'));
  assert.equal(shows('fd.sip.name'), undefined);
  assert.ok(!holds('fd.sip.name = sea.example'));
});

/** Descriptors with their flags, as the kernel's list of poll holds them. */
function pollList(...entries: readonly [number: number, flags: number][]): Buffer {
  const list = Buffer.alloc(2 + 10 * entries.length);
  list.writeUInt16LE(entries.length, 0);
  for (const [index, [number, flags]] of entries.entries()) {
    list.writeBigInt64LE(BigInt(number), 2 + 10 * index);
    list.writeInt16LE(flags, 10 + 10 * index);
  }
  return list;
}

test('a list of descriptors shows each with what is known of it', () => {
  source.event(20, 'SYSCALL_POLL_X', { res: 1, fds: pollList([8, 1], [77, 4]) });
  assert.equal(shows('evt.arg.fds'), '8:41 77:?4');
  assert.equal(shows('fdlist.nums'), '8,77');
  assert.equal(shows('fdlist.names'), '10.0.0.1:40000->10.1.0.2:443,<NA>');
  assert.equal(shows('fdlist.sips'), '10.1.0.2');
  assert.equal(shows('fdlist.cports'), '40000');
});

test('listening sockets are listed with their own address, of either family', () => {
  const localAddress = Uint8Array.of(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5);
  const body = { kind: 'ipv6server', localAddress, localPort: 443, protocol: 1 } as const;
  source.thread({ tid: 21 }, [{ fd: 3, inode: 1n, type: 6, body }]);
  source.event(21, 'SYSCALL_POLL_X', { res: 1, fds: pollList([3, 1]) });
  assert.equal(shows('fdlist.sips'), '2001:db8::5');
});

test('paths of file system calls go by what they do, and only when done', () => {
  source.event(20, 'SYSCALL_RENAME_X', { res: 0, oldpath: 'a', newpath: '/b//c/../d' });
  assert.equal(shows('fs.path.source'), '/root/a');
  assert.equal(shows('fs.path.sourceraw'), 'a');
  assert.equal(shows('fs.path.target'), '/b/d');
  assert.equal(shows('fs.path.targetraw'), '/b//c/../d');
  assert.equal(shows('fs.path.name'), undefined);
  source.event(20, 'SYSCALL_RENAME_X', { res: -1, oldpath: 'a', newpath: 'b' });
  assert.equal(shows('fs.path.source'), undefined);
});

test('counters count each use for itself', () => {
  const other = createAsker(source.context);
  assert.equal(shows('util.cnt'), '1');
  assert.equal(other.shows('util.cnt'), '1');
});
