import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { ALLOWED_IN_TREE } from '../testing/guarded-tree.ts';
import { OWN, openPort, skip, useLiveEnforcement } from '../testing/live-enforcement.ts';
import { createCgroup, parseAttempts } from '../testing/overlay-container.ts';
import type { GuardPolicy } from './policy.ts';

const live = useLiveEnforcement();
const { ownCgroup, takeViolations, withGuard } = live;
const programs = { allowed: ALLOWED_IN_TREE };

test('cgroups that are expected are guarded before their first program, others are not', {
  skip,
}, async () => {
  const guard = await live.enforcement.guard(
    { expected: 'box-*.scope', below: OWN },
    { programs: { allowed: ['/bin/allowed'] } },
  );
  const [expected, other] = ['box-1.scope', 'box-1.slice'].map((name) => ownCgroup(name));
  try {
    takeViolations();
    assert.throws(
      () => live.bench.attempt(expected.folder, ['exec', 'direct', '1', '/marks']),
      /said nothing/,
    );
    assert.deepEqual(
      takeViolations().map(({ guard, file }) => [guard, file?.path]),
      [[guard.id, '/bin/attempt']],
    );
    assert.equal(live.bench.attempt(other.folder, ['exec', 'allowed', '1', '/marks']).passed, 1);
  } finally {
    await guard.release();
    expected.remove();
    other.remove();
  }
});

test('a cgroup inside takes nothing from what the outer one forbids, whatever guard its name brings', {
  skip,
}, async (context) => {
  const port = await openPort(context);
  const outer = ownCgroup('outer');
  const strict: GuardPolicy = {
    programs,
    forbiddenCalls: ['memfd_create'],
    connections: { otherwise: 'allow', rules: [{ verdict: 'deny', ports: port }] },
  };
  const loose: GuardPolicy = {
    programs: { allowed: [...ALLOWED_IN_TREE, '/bin/forbidden'], mappings: 'listed' },
    forbiddenCalls: ['ptrace'],
    connections: { otherwise: 'allow', rules: [] },
  };
  const expected = { expected: 'other-*', below: OWN };
  const guards = [
    await live.enforcement.guard({ cgroup: join(OWN, 'outer') }, strict),
    await live.enforcement.guard(expected, loose),
  ];
  const inner = createCgroup(outer.folder, 'other-1');
  const free = ownCgroup('other-2');
  try {
    takeViolations();
    const tried = [
      [['exec', 'direct', '2', '/marks'], 'killed', 'not-listed'],
      [['exec', 'memfd', '2', '/marks'], 'killed', 'call'],
      [['connect', '4', String(port), '2'], 'denied', 'connection'],
    ] as const;
    for (const [words, outcome, reason] of tried) {
      assert.equal(live.bench.attempt(inner.folder, words)[outcome], 2, words.join(' '));
      assert.deepEqual(
        takeViolations().map((violation) => [violation.guard, violation.reason]),
        new Array(2).fill([guards[0].id, reason]),
      );
    }
    assert.equal(live.bench.attempt(inner.folder, ['exec', 'allowed', '1', '/marks']).passed, 1);
    assert.deepEqual(live.bench.marksMade(), []);
    assert.equal(
      live.bench.attempt(free.folder, ['exec', 'direct', '1', '/marks']).passed,
      1,
      'the loose one alone',
    );
    assert.equal(live.bench.takeMarks().length, 1);
  } finally {
    for (const guard of guards) await guard.release();
    for (const cgroup of [inner, outer, free]) cgroup.remove();
  }
});

test('a container that calls a cgroup of its own like an expected one does not come by its guard', {
  skip,
}, async () => {
  const container = ownCgroup('container');
  const guard = await live.enforcement.guard({ expected: 'other-*', below: OWN }, { programs });
  live.enforcement.noteContainer(join(OWN, 'container'));
  const inner = createCgroup(container.folder, 'other-1');
  const expected = ownCgroup('other-1');
  try {
    takeViolations();
    assert.equal(live.bench.attempt(inner.folder, ['exec', 'direct', '1', '/marks']).passed, 1);
    assert.deepEqual(takeViolations(), [], 'nobody else is said to have done it');
    assert.equal(live.bench.takeMarks().length, 1);
    assert.equal(live.bench.attempt(expected.folder, ['exec', 'direct', '1', '/marks']).killed, 1);
  } finally {
    await guard.release();
    for (const cgroup of [inner, container, expected]) cgroup.remove();
  }
});

test('what an outer guard allows or only reports, a guard inside may still stop', { skip }, async () => {
  for (const outerPolicy of [
    { programs: { allowed: [...ALLOWED_IN_TREE, '/bin/forbidden'] } },
    { programs, isReportOnly: true },
  ]) {
    const outer = ownCgroup('outer');
    const inner = createCgroup(outer.folder, 'inner');
    const guards = [
      await live.enforcement.guard({ cgroup: join(OWN, 'outer') }, outerPolicy),
      await live.enforcement.guard({ cgroup: join(OWN, 'outer', 'inner') }, { programs }),
    ];
    try {
      takeViolations();
      assert.equal(live.bench.attempt(inner.folder, ['exec', 'direct', '2', '/marks']).killed, 2);
      const ended = takeViolations().filter(({ outcome }) => outcome === 'ended');
      assert.deepEqual(
        ended.map(({ guard }) => guard),
        [guards[1].id, guards[1].id],
      );
    } finally {
      for (const guard of guards) await guard.release();
      for (const cgroup of [inner, outer]) cgroup.remove();
    }
  }
});

test('replacing a policy leaves no moment without one', { skip }, async () => {
  await withGuard({ programs }, async (cgroup, guard) => {
    const [program, ...words] = live.bench.command(cgroup, ['exec', 'direct', '400', '/marks']);
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => {
      output += bytes.toString();
    });
    const ended = once(child, 'close');
    let isRunning = true;
    ended.then(() => {
      isRunning = false;
    });
    let replaced = 0;
    while (isRunning) {
      await guard.replace({ programs });
      replaced += 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const attempts = parseAttempts(output, '');
    assert.equal(attempts.killed, 400);
    assert.ok(replaced > 5, `replaced ${replaced} times`);
    const told = takeViolations();
    assert.equal(told.length, 400);
    assert.ok(told.every(({ guard: id }) => id === guard.id));
  });
});
