import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { ALLOWED_IN_TREE, WAYS } from '../testing/guarded-tree.ts';
import { OWN, skip, useLiveEnforcement } from '../testing/live-enforcement.ts';

const live = useLiveEnforcement();
const { ownCgroup, takeViolations, withGuard } = live;
const programs = { allowed: ALLOWED_IN_TREE };

for (const [kind, ways] of Object.entries(WAYS)) {
  test(`a program that is not listed never runs by ${kind}, and each attempt is told`, { skip }, async () => {
    await withGuard({ programs }, (cgroup) => {
      for (const way of ways) {
        const attempts = live.bench.attempt(cgroup, ['exec', way, '3', '/marks']);
        const told = takeViolations();
        assert.equal(attempts.killed, 3, `${way}: ${JSON.stringify(attempts)}`);
        assert.equal(told.length, 3, `${way} is told`);
        assert.ok(told.every(({ outcome }) => outcome === 'ended'));
        assert.deepEqual(live.bench.marksMade(), [], `${way} left a mark`);
      }
    });
  });
}

test('without a guard the same attempts do leave marks', { skip }, () => {
  const free = ownCgroup('free');
  try {
    const attempts = live.bench.attempt(free.folder, ['exec', 'direct', '2', '/marks']);
    assert.equal(attempts.passed, 2);
    assert.deepEqual(live.bench.takeMarks(), ['direct-0', 'direct-1']);
  } finally {
    free.remove();
  }
});

test('what is listed runs: static, dynamic, a script', { skip }, async () => {
  await withGuard({ programs }, (cgroup) => {
    for (const way of ['allowed', 'allowed-dynamic', 'allowed-script']) {
      const attempts = live.bench.attempt(cgroup, ['exec', way, '3', '/marks']);
      assert.equal(attempts.passed, 3, `${way}: ${JSON.stringify(attempts)}`);
    }
    assert.deepEqual(takeViolations(), []);
  });
});

test('a violation says what was tried, by whom and why', { skip }, async () => {
  await withGuard({ programs }, (cgroup, { id }) => {
    live.bench.attempt(cgroup, ['exec', 'symlink', '1', '/marks']);
    const [violation] = takeViolations();
    const { timestamp, pid, thread, cgroup: own, file, ...rest } = violation;
    const inode = statSync(join(live.bench.lower, 'bin', 'forbidden'), { bigint: true }).ino;
    assert.deepEqual(rest, { guard: id, reason: 'not-listed', outcome: 'ended', comm: 'link' });
    assert.equal(file?.path, '/bin/forbidden');
    assert.equal(file?.inode, inode);
    assert.ok(Math.abs(Number(timestamp / 1_000_000n) - Date.now()) < 60_000);
    assert.ok(pid > 1 && pid === thread && own > 0n);
  });
});

test('a listed interpreter for scripts only is no program', { skip }, async () => {
  const allowed = ALLOWED_IN_TREE.map((entry) =>
    entry === '/bin/busybox' ? ({ path: entry, as: ['interpreter'] } as const) : entry,
  );
  await withGuard({ programs: { allowed } }, (cgroup) => {
    assert.equal(live.bench.attempt(cgroup, ['exec', 'allowed-script', '2', '/marks']).passed, 2);
    assert.equal(live.bench.attempt(cgroup, ['exec', 'shell', '2', '/marks']).killed, 2);
    assert.deepEqual(
      takeViolations().map(({ file }) => file?.path),
      ['/bin/busybox', '/bin/busybox'],
    );
  });
});

test('a listed loader starts only what is listed', { skip }, async () => {
  const loader = Object.keys(live.bench?.tree ?? {}).find((path) => /\/ld-/.test(path)) ?? '';
  const allowed = [...ALLOWED_IN_TREE, loader];
  await assert.rejects(
    live.enforcement.guard({ cgroup: OWN }, { programs: { allowed } }),
    (error) => isSeawallError(error, 'probe/CAN_NOT_ENFORCE') && /starts any program/.test(error.message),
  );
  await withGuard({ programs: { allowed, mappings: 'listed' } }, (cgroup) => {
    for (const way of ['allowed-by-loader', 'allowed-dynamic', 'allowed-script']) {
      assert.equal(live.bench.attempt(cgroup, ['exec', way, '2', '/marks']).passed, 2, way);
    }
    assert.equal(live.bench.attempt(cgroup, ['exec', 'loader', '2', '/marks']).killed, 2);
    assert.deepEqual(
      takeViolations().map(({ reason, call, file }) => [reason, call, file?.path]),
      new Array(2).fill(['mapping', 'mmap', '/bin/forbidden.dynamic']),
    );
    assert.deepEqual(live.bench.marksMade(), []);
  });
});

test('a folder of the image that is moved to a listed path takes no program with it', { skip }, async () => {
  const kind = { movesFolders: true };
  await withGuard({ programs }, (cgroup) => {
    assert.equal(live.bench.attempt(cgroup, ['exec', 'listed-folder', '1', '/marks'], kind).passed, 1);
    assert.equal(live.bench.attempt(cgroup, ['exec', 'moved-folder', '2', '/marks'], kind).killed, 2);
    assert.deepEqual(
      takeViolations().map(({ file }) => file?.path),
      ['/opt/other/tool', '/opt/other/tool'],
    );
    assert.deepEqual(live.bench.marksMade(), []);
  });
  await withGuard({ programs, isReportOnly: true }, (cgroup) => {
    assert.equal(live.bench.attempt(cgroup, ['exec', 'moved-folder', '1', '/marks'], kind).passed, 1);
    assert.equal(takeViolations().length, 1);
    assert.deepEqual(live.bench.takeMarks(), ['moved-folder-0']);
  });
});

test('code is mapped only from listed files and the image’s libraries', { skip }, async () => {
  const forEach = { preload: ['mmap', '/tmp/planted.so'], protect: ['mprotect', '/bin/forbidden'] };
  await withGuard({ programs }, (cgroup) => {
    for (const way of Object.keys(forEach)) {
      assert.equal(live.bench.attempt(cgroup, ['exec', way, '1', '/marks']).passed, 1, way);
      assert.deepEqual(live.bench.takeMarks(), [`${way}-0`]);
    }
  });
  await withGuard({ programs: { ...programs, mappings: 'listed' } }, (cgroup) => {
    for (const [way, [call, path]] of Object.entries(forEach)) {
      assert.equal(live.bench.attempt(cgroup, ['exec', way, '2', '/marks']).killed, 2, way);
      assert.deepEqual(
        takeViolations().map((violation) => [violation.reason, violation.call, violation.file?.path]),
        new Array(2).fill(['mapping', call, path]),
      );
    }
    assert.deepEqual(live.bench.marksMade(), []);
  });
});

test('a policy that only reports ends nothing', { skip }, async () => {
  await withGuard({ programs, isReportOnly: true }, (cgroup) => {
    assert.equal(live.bench.attempt(cgroup, ['exec', 'direct', '2', '/marks']).passed, 2);
    assert.deepEqual(
      takeViolations().map(({ outcome }) => outcome),
      ['reported', 'reported'],
    );
    assert.equal(live.bench.takeMarks().length, 2);
  });
});

test('a container without an overlay is guarded by the files as they were', { skip }, async () => {
  const cgroup = ownCgroup('plain');
  try {
    const allowed = ALLOWED_IN_TREE.map((entry) => ({ file: join(live.bench.plain, entry as string) }));
    const policy = { programs: { allowed } };
    const guard = await live.enforcement.guard({ cgroup: join(OWN, 'plain') }, policy);
    const run = (way: string) =>
      live.bench.attempt(cgroup.folder, ['exec', way, '2', '/marks'], { isPlain: true });
    try {
      assert.equal(run('allowed').passed, 2);
      assert.equal(run('allowed-script').passed, 2);
      assert.equal(run('direct').killed, 2);
      assert.equal(run('changed').killed, 2);
      assert.ok(takeViolations().some(({ reason }) => reason === 'changed'));
    } finally {
      await guard.release();
    }
  } finally {
    cgroup.remove();
  }
});
