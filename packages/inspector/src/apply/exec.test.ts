import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTextsOf } from '../process/texts.ts';
import { createTestSource, INIT, type TestSource } from '../testing/source.ts';

const CLOEXEC = 1 << 12;

function system(): TestSource {
  const source = createTestSource();
  source.thread(INIT);
  source.thread({ tid: 10 });
  return source;
}

test('an exec replaces what the process is', () => {
  const source = system();
  source.exec(10, {
    exe: '/usr/bin/id',
    comm: 'id',
    args: ['-u', 'a b'],
    env: ['PATH=/bin', 'X='],
    trusted_exepath: '/usr/bin/id (deleted)',
    uid: 5,
    gid: 6,
    loginuid: 7,
    pgid: 8,
    vpgid: 9,
    tty: 34816,
    flags: 0b1001,
    cap_inheritable: 1,
    cap_permitted: 2,
    cap_effective: 0xffff_ffff_ffff_ffffn,
    cgroups: ['cpu_cgroup=/a', 'io_cgroup=/b', 'perf=/c'],
  });
  const process = source.process(10);
  assert.equal(process.exe, '/usr/bin/id');
  assert.equal(process.commandLine, 'id -u a b');
  assert.deepEqual(readTextsOf(process.environment), ['PATH=/bin', 'X=']);
  assert.equal(process.exepath, '/usr/bin/id');
  assert.deepEqual([process.uid, process.gid, process.loginUid], [5, 6, 7]);
  assert.deepEqual([process.pgid, process.vpgid, process.tty], [8, 9, 34816]);
  assert.deepEqual(
    [process.isExeWritable, process.isExeLowerLayer, process.isExeFromMemfd],
    [true, true, false],
  );
  assert.equal(process.capEffective, 0xffff_ffff_ffff_ffffn);
  assert.deepEqual(process.cgroups, ['cpu=/a', 'blkio=/b', 'perf_event=/c']);
});

test('an exec closes what is marked for it and keeps the rest', () => {
  const source = system();
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'kept' });
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 4, dirfd: -100, name: 'closed', flags: CLOEXEC });
  source.event(10, 'SYSCALL_EPOLL_CREATE1_X', { res: 5, flags: 1 });
  source.event(10, 'SYSCALL_FCNTL_X', { res: 0, fd: 3, cmd: 3, arg: 1 });
  source.event(10, 'SYSCALL_DUP2_X', { res: 6, oldfd: 3, newfd: 6 });
  source.exec(10);
  assert.deepEqual(
    [...source.process(10).descriptors.entries()].map(([fd]) => fd),
    [6],
    'a duplicate is not marked, whatever its original is',
  );
});

test('without the path of the file, the start of the call tells it', () => {
  const source = system();
  source.event(10, 'SYSCALL_EXECVE_19_E', { filename: 'tools/../id' });
  source.exec(10, { trusted_exepath: undefined });
  assert.equal(source.process(10).exepath, '/root/id');
});

test('an execveat returns as an execve and starts at a directory', () => {
  const source = system();
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: '/opt', flags: 1 << 10 });
  source.event(10, 'SYSCALL_EXECVEAT_E', { dirfd: 3, pathname: 'id', flags: 0 });
  source.exec(10, { trusted_exepath: undefined });
  assert.equal(source.process(10).exepath, '/opt/id');
  source.event(10, 'SYSCALL_EXECVEAT_E', { dirfd: 9, pathname: 'id', flags: 0 });
  source.exec(10, { trusted_exepath: undefined });
  assert.equal(source.process(10).exepath, '<NA>', 'an unknown directory');
});

test('the start of another call says nothing of this one', () => {
  const source = system();
  source.event(10, 'SYSCALL_EXECVE_19_E', { filename: '/bin/other' });
  source.event(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 });
  source.exec(10, { trusted_exepath: undefined });
  assert.equal(source.process(10).exepath, '/bin/sh');
});

test('a failed exec changes nothing', () => {
  const source = system();
  source.event(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 });
  const before = { ...source.process(10) };
  source.exec(10, { res: -2, exe: 'x', comm: 'x' });
  assert.deepEqual({ ...source.process(10), flags: 0 }, { ...before, flags: 0 });
});
