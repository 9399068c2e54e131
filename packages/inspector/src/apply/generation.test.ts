import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContainerInfo } from '../container/container.ts';
import { createTestSource, INIT, type TestSource } from '../testing/source.ts';

const THREAD = 1 << 13;
const CONTAINER = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
const DIFFERENT = '1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';

/** A shell (10) with a second thread (11) in a container, and its child (20). */
function system(): TestSource {
  const source = createTestSource();
  source.thread(INIT);
  source.thread({ tid: 10, cgroups: [`cpuset=/docker/${CONTAINER}`] });
  source.clone(10, 11, { flags: THREAD });
  source.clone(10, 20, { cgroups: [`cpuset=/docker/${CONTAINER}`] });
  return source;
}

/** What happens, and whose generation must move. */
const changes: readonly (readonly [string, number, (source: TestSource) => void])[] = [
  ['exec', 10, (source) => source.exec(10)],
  ['setuid', 10, (source) => source.event(10, 'SYSCALL_SETUID_X', { res: 0, uid: 5 })],
  ['setreuid', 10, (source) => source.event(10, 'SYSCALL_SETREUID_X', { res: 0, ruid: 1, euid: 2 })],
  [
    'setresuid',
    10,
    (source) => source.event(10, 'SYSCALL_SETRESUID_X', { res: 0, ruid: 1, euid: 2, suid: 3 }),
  ],
  ['setgid', 10, (source) => source.event(10, 'SYSCALL_SETGID_X', { res: 0, gid: 5 })],
  ['setregid', 10, (source) => source.event(10, 'SYSCALL_SETREGID_X', { res: 0, rgid: 1, egid: 2 })],
  [
    'setresgid',
    10,
    (source) => source.event(10, 'SYSCALL_SETRESGID_X', { res: 0, rgid: 1, egid: 2, sgid: 3 }),
  ],
  ['setsid', 10, (source) => source.event(10, 'SYSCALL_SETSID_X', { res: 10 })],
  ['setpgid', 10, (source) => source.event(10, 'SYSCALL_SETPGID_X', { res: 0, pid: 0, pgid: 0 })],
  [
    'setpgid of a child',
    20,
    (source) => source.event(10, 'SYSCALL_SETPGID_X', { res: 0, pid: 20, pgid: 20 }),
  ],
  ['capset', 10, (source) => source.event(10, 'SYSCALL_CAPSET_X', { res: 0, cap_effective: 1 })],
  [
    'setrlimit',
    10,
    (source) => source.event(11, 'SYSCALL_SETRLIMIT_X', { res: 0, cur: 9, max: 9, resource: 7 }),
  ],
  [
    'prlimit',
    20,
    (source) => source.event(10, 'SYSCALL_PRLIMIT_X', { res: 0, newcur: 9, pid: 20, resource: 7 }),
  ],
  ['loginuid', 10, (source) => source.exec(10, { loginuid: 1000 })],
  [
    'cgroup move, told by an exec',
    10,
    (source) => source.exec(10, { cgroups: [`cpuset=/docker/${DIFFERENT}`] }),
  ],
  ['setns', 10, (source) => source.event(10, 'SYSCALL_SETNS_X', { res: 0, fd: 3, nstype: 1 << 20 })],
  ['unshare', 10, (source) => source.event(10, 'SYSCALL_UNSHARE_X', { res: 0, flags: 1 << 20 })],
  ['chroot', 10, (source) => source.event(10, 'SYSCALL_CHROOT_X', { res: 0, path: '/jail' })],
  ['chdir', 10, (source) => source.event(10, 'SYSCALL_CHDIR_X', { res: 0, path: 'sub' })],
  ['chdir by another thread', 10, (source) => source.event(11, 'SYSCALL_CHDIR_X', { res: 0, path: '/sub' })],
  [
    'chdir, seen by another thread',
    11,
    (source) => source.event(10, 'SYSCALL_CHDIR_X', { res: 0, path: '/sub' }),
  ],
  ['prctl name', 10, (source) => source.event(10, 'SYSCALL_PRCTL_X', { res: 0, option: 15, arg2_str: 'x' })],
  ['exit', 11, (source) => source.exit(11)],
  [
    're-parenting',
    20,
    (source) => {
      source.exit(11);
      source.exit(10);
      source.inspector.settle();
    },
  ],
  [
    'metadata of the container',
    10,
    (source) => source.inspector.setContainers([createContainerInfo(CONTAINER.slice(0, 12))]),
  ],
  [
    'a user of the container',
    10,
    (source) =>
      source.event(1, 'USER_ADDED_E', { uid: 5, gid: 5, name: 'x', container_id: CONTAINER.slice(0, 12) }),
  ],
  [
    'a group of the container',
    10,
    (source) => source.event(1, 'GROUP_ADDED_E', { gid: 5, name: 'x', container_id: CONTAINER.slice(0, 12) }),
  ],
];

for (const [name, tid, change] of changes) {
  test(`${name} moves the generation of thread ${tid}`, () => {
    const source = system();
    const process = source.process(tid);
    const before = process.generation;
    change(source);
    assert.ok(process.generation > before);
  });
}

test('fields of a thread never change without its generation', () => {
  for (const [name, , change] of changes) {
    const source = system();
    const before = [1, 10, 11, 20].map((tid) => source.process(tid)).map(look);
    change(source);
    for (const { process, generation, seen } of before) {
      if (process.generation === generation) assert.deepEqual(look(process).seen, seen, name);
    }
  }

  /** What rules can see of a thread, but for counters and what its leader holds. */
  function look(process: ReturnType<TestSource['process']>) {
    const { bookkeeping, descriptors, generation, flags, ...seen } = process;
    return { process, generation, seen };
  }
});

test('a new thread has no generation that an earlier thread of its id had with other attributes', () => {
  const source = system();
  const old = source.process(20);
  source.exit(20);
  source.inspector.settle();
  source.wait(5000);
  source.clone(10, 20);
  assert.notEqual(source.process(20), old, 'verdicts are kept by the thread itself');
});

test('what changes by itself moves no generation', () => {
  const source = system();
  source.event(10, 'SYSCALL_GETCWD_X', { res: 6, path: '/root' });
  const { generation } = source.process(10);
  source.event(10, 'SCHEDSWITCH_6_E', {
    next: 1,
    pgft_maj: 1,
    pgft_min: 2,
    vm_size: 3,
    vm_rss: 4,
    vm_swap: 5,
  });
  source.event(10, 'SYSCALL_MMAP_X', { res: 0, vm_size: 30, vm_rss: 40, vm_swap: 50 });
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a' });
  source.event(10, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 });
  source.event(10, 'SYSCALL_GETCWD_X', { res: 6, path: '/root' });
  assert.equal(source.process(10).generation, generation);
  assert.equal(source.process(10).virtualSize, 30);
});

test('failed calls move no generation', () => {
  const source = system();
  const { generation } = source.process(10);
  source.event(10, 'SYSCALL_SETUID_X', { res: -1, uid: 5 });
  source.event(10, 'SYSCALL_CHDIR_X', { res: -2, path: '/x' });
  source.event(10, 'SYSCALL_CAPSET_X', { res: -1, cap_effective: 1 });
  source.event(10, 'SYSCALL_SETSID_X', { res: -1 });
  source.exec(10, { res: -2 });
  assert.equal(source.process(10).generation, generation);
});
