import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { ALLOWED_IN_TREE, writeTree } from '../testing/guarded-tree.ts';
import { OWN, opensSkip, skip, useLiveEnforcement } from '../testing/live-enforcement.ts';
import { hideInDepth } from '../testing/overlay-container.ts';

const live = useLiveEnforcement();
const { ownCgroup, takeViolations, attemptWhileRunning } = live;
const programs = { allowed: ALLOWED_IN_TREE };

/** Moves the container's only process far below its cgroup; gives what takes it back. */
function hiding(cgroup: string): () => void {
  const inhabitant = Number.parseInt(readFileSync(join(cgroup, 'cgroup.procs'), 'latin1'), 10);
  return hideInDepth(cgroup, inhabitant);
}

test('a container that runs already is guarded, whatever its files lie on', { skip }, async () => {
  for (const kind of [{}, { isSplit: true }, { isPlain: true }]) {
    for (const way of ['allowed', 'allowed-dynamic', 'allowed-script']) {
      const attempts = await attemptWhileRunning({ programs }, ['exec', way, '2', '/marks'], kind);
      assert.equal(attempts.passed, 2, `${way}, ${JSON.stringify(kind)}: ${JSON.stringify(attempts)}`);
    }
    assert.deepEqual(takeViolations(), []);
    for (const way of ['direct', 'script', 'changed', 'planted-loader', 'symlink-over', 'own-root']) {
      const attempts = await attemptWhileRunning({ programs }, ['exec', way, '2', '/marks'], kind);
      assert.equal(attempts.killed, 2, `${way}, ${JSON.stringify(kind)}: ${JSON.stringify(attempts)}`);
      assert.equal(takeViolations().length, 2);
      if ('isPlain' in kind) writeTree(live.bench.plain, live.bench.tree);
    }
    assert.deepEqual(live.bench.marksMade(), []);
  }
});

for (const kind of [{}, { isPlain: true }]) {
  test(`a root that a container prepared for itself is not taken for its own, ${JSON.stringify(kind)}`, {
    skip,
  }, async () => {
    const words = ['exec', 'prepared-root', '2', '/marks'];
    const attempts = await attemptWhileRunning({ programs }, words, { ...kind, first: 'chroot' });
    assert.equal(attempts.killed, 2, JSON.stringify(attempts));
    assert.deepEqual(
      takeViolations().map(({ reason }) => reason),
      ['not-listed', 'not-listed'],
    );
    assert.deepEqual(live.bench.marksMade(), []);
  });
}

test('where the first process made its mounts itself, the guard is refused', { skip }, async () => {
  const words = ['exec', 'prepared-root', '2', '/marks'];
  await assert.rejects(attemptWhileRunning({ programs }, words, { first: 'user' }), (error) =>
    isSeawallError(error, 'probe/ROOT_UNKNOWN'),
  );
  assert.deepEqual(live.bench.marksMade(), []);
});

test('a root that changed since the container’s first program began is refused, and the former guard stays', {
  skip,
}, async () => {
  const cgroup = ownCgroup('changing');
  const guard = await live.enforcement.guard(
    { cgroup: join(OWN, 'changing'), isContainer: true },
    { programs },
  );
  const words = ['later', 'exec', 'prepared-root', '2', '/marks'];
  const kind = { first: 'pivot' } as const;
  const [program, ...rest] = live.bench.command(cgroup.folder, words, kind);
  const child = spawn(program, rest, { stdio: ['pipe', 'ignore', 'inherit'] });
  try {
    await live.bench.untilInhabited(cgroup.folder, kind);
    await assert.rejects(guard.replace({ programs }), (error) => isSeawallError(error, 'probe/ROOT_UNKNOWN'));
    child.stdin.write('\n');
    await once(child, 'close');
    assert.deepEqual(live.bench.marksMade(), []);
    assert.equal(takeViolations().length, 2);
  } finally {
    child.kill('SIGKILL');
    await guard.release();
    cgroup.remove();
  }
});

test('a forbidden file can not be opened, its neighbour can', { skip: opensSkip }, async () => {
  const opens = { forbidden: ['/etc/secret'] };
  const attempts = await attemptWhileRunning({ opens }, ['open', '/etc/secret', '3']);
  assert.equal(attempts.denied, 3, JSON.stringify(attempts));
  const told = takeViolations();
  assert.deepEqual(
    told.map(({ reason, outcome, file }) => [reason, outcome, file?.path]),
    new Array(3).fill(['open', 'denied', '/etc/secret']),
  );
  assert.equal((await attemptWhileRunning({ opens }, ['open', '/etc/public', '3'])).passed, 3);
  const folder = { forbidden: ['/etc/'] };
  assert.equal((await attemptWhileRunning({ opens: folder }, ['open', '/etc/public', '3'])).denied, 3);
  takeViolations();
  const reporting = { opens, isReportOnly: true };
  assert.equal((await attemptWhileRunning(reporting, ['open', '/etc/secret', '1'])).passed, 1);
  assert.deepEqual(
    takeViolations().map(({ outcome }) => outcome),
    ['reported'],
  );
  assert.equal(live.enforcement.status().permission, 'running');
});

test('a container hides nowhere below its cgroup, however long the path becomes', {
  skip: opensSkip,
}, async () => {
  const opens = { forbidden: ['/etc/secret'] };
  const hidden = await attemptWhileRunning({ opens }, ['open', '/etc/secret', '3'], {}, hiding);
  assert.equal(hidden.denied, 3, JSON.stringify(hidden));
  assert.equal(takeViolations().length, 3);
  const neighbour = await attemptWhileRunning({ opens }, ['open', '/etc/public', '3'], {}, hiding);
  assert.equal(neighbour.passed, 3, JSON.stringify(neighbour));
});

test('where the container runs, a program that is not listed can be denied', {
  skip: opensSkip,
}, async () => {
  const denying = { programs: { ...programs, refusal: 'deny' as const } };
  const attempts = await attemptWhileRunning(denying, ['exec', 'direct', '3', '/marks']);
  assert.equal(attempts.denied, 3, JSON.stringify(attempts));
  assert.deepEqual(
    takeViolations().map(({ reason, outcome }) => [reason, outcome]),
    new Array(3).fill(['not-listed', 'denied']),
  );
  for (const way of ['allowed', 'allowed-dynamic', 'allowed-script']) {
    const result = await attemptWhileRunning(denying, ['exec', way, '2', '/marks']);
    assert.equal(result.passed, 2, `${way}: ${JSON.stringify(result)}`);
  }
});
