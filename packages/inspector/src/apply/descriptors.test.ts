import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescriptorType } from '../descriptor/descriptor.ts';
import { createTestSource, INIT, type TestSource } from '../testing/source.ts';

const CLOEXEC = 1 << 12;
const DIRECTORY = 1 << 10;

function system(): TestSource {
  const source = createTestSource();
  source.thread(INIT);
  source.thread({ tid: 10 });
  return source;
}

test('a file is named by where its path starts', () => {
  const source = system();
  const name = () => source.context.descriptor?.name;
  source.event(10, 'SYSCALL_OPEN_X', { fd: 3, name: '../etc//passwd', flags: 1, dev: 7, ino: 9 });
  assert.equal(name(), '/etc/passwd');
  assert.equal(source.context.descriptor?.rawName, '../etc//passwd');
  assert.equal(source.context.descriptor?.inode, 9);
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 4, dirfd: -100, name: '/srv/', flags: DIRECTORY });
  assert.equal(source.context.descriptor?.type, DescriptorType.directory);
  source.event(10, 'SYSCALL_OPENAT2_X', { fd: 5, dirfd: 4, name: 'x/../y' });
  assert.equal(name(), '/srv/y');
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 6, dirfd: 99, name: 'z' });
  assert.equal(name(), '<UNKNOWN>z');
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: -2, dirfd: -100, name: 'none' });
  assert.equal(source.context.descriptor, undefined);
});

test('the start of a call tells the path that its end could have been given a lie for', () => {
  const source = system();
  source.event(10, 'SYSCALL_OPENAT_2_E', { dirfd: -100, name: 'true', flags: 2, mode: 0 });
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'lie', flags: 1 | (1 << 14) });
  assert.equal(source.context.descriptor?.name, '/root/true');
  assert.equal(source.context.descriptor?.openFlags, 2 | (1 << 14), 'with the flags that the probe added');
});

test('a descriptor stays visible at its own closing and no longer', () => {
  const source = system();
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a' });
  source.event(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 });
  assert.equal(source.context.descriptor?.name, '/root/a');
  source.event(10, 'SYSCALL_FSTAT_X', { res: 0, fd: 3 });
  assert.equal(source.context.descriptor, undefined);
  assert.equal(source.context.descriptorNumber, 3);
});

test('a range is closed, or marked for exec', () => {
  const source = system();
  for (const fd of [3, 4, 5, 2000])
    source.event(10, 'SYSCALL_OPENAT_2_X', { fd, dirfd: -100, name: `${fd}` });
  const numbers = () => [...source.process(10).descriptors.entries()].map(([fd]) => fd);
  source.event(10, 'SYSCALL_CLOSE_RANGE_X', { res: 0, first: 4, last: 4, flags: 0 });
  assert.deepEqual(numbers(), [3, 5, 2000]);
  source.event(10, 'SYSCALL_CLOSE_RANGE_X', { res: 0, first: 5, last: 0xffff_ffff, flags: 4 });
  source.exec(10);
  assert.deepEqual(numbers(), [3]);
});

test('a duplicate is its own descriptor, marked for exec only where that was asked for', () => {
  const source = system();
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a', flags: CLOEXEC });
  const flagsOf = (fd: number) => source.process(10).descriptors.get(fd)?.openFlags;
  source.event(10, 'SYSCALL_DUP_1_X', { res: 4, oldfd: 3 });
  source.event(10, 'SYSCALL_DUP3_X', { res: 5, oldfd: 4, newfd: 5, flags: CLOEXEC });
  source.event(10, 'SYSCALL_FCNTL_X', { res: 6, fd: 4, cmd: 26 });
  assert.deepEqual([3, 4, 5, 6].map(flagsOf), [CLOEXEC, 0, CLOEXEC, CLOEXEC]);
  assert.equal(source.context.descriptor?.name, '/root/a');
});

test('a descriptor is fetched from another process by its pidfd', () => {
  const source = system();
  source.clone(10, 20);
  source.event(20, 'SYSCALL_OPENAT_2_X', { fd: 7, dirfd: -100, name: 'secret' });
  source.event(10, 'SYSCALL_PIDFD_OPEN_X', { fd: 3, pid: 20, flags: 0 });
  assert.equal(source.context.descriptor?.name, '/proc/20');
  source.event(10, 'SYSCALL_PIDFD_GETFD_X', { fd: 4, pid_fd: 3, target_fd: 7 });
  assert.equal(source.context.descriptor?.name, '/root/secret');
  assert.equal(source.process(10).descriptors.get(4)?.openFlags, CLOEXEC);
});

test('both ends of a pipe and of a pair of sockets are opened', () => {
  const source = system();
  source.event(10, 'SYSCALL_PIPE2_X', { res: 0, fd1: 3, fd2: 4, ino: 99, flags: CLOEXEC });
  source.event(10, 'SOCKET_SOCKETPAIR_X', { res: 0, fd1: 5, fd2: 6, source: 1, peer: 2 });
  const { descriptors } = source.process(10);
  assert.deepEqual(
    [3, 4].map((fd) => descriptors.get(fd)?.inode),
    [99, 99],
  );
  assert.deepEqual(
    [5, 6].map((fd) => descriptors.get(fd)?.unixDestination),
    [2n, 2n],
  );
});

test('the working directory follows chdir, fchdir and getcwd', () => {
  const source = system();
  const cwd = () => source.process(10).cwd;
  source.event(10, 'SYSCALL_CHDIR_X', { res: 0, path: 'a/../b' });
  assert.equal(cwd(), '/root/b/');
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: '/srv', flags: DIRECTORY });
  source.event(10, 'SYSCALL_FCHDIR_X', { res: 0, fd: 3 });
  assert.equal(cwd(), '/srv/');
  source.event(10, 'SYSCALL_GETCWD_X', { res: 5, path: '/real' });
  assert.equal(cwd(), '/real/');
});
