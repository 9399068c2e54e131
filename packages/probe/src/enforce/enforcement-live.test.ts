import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { ALLOWED_IN_TREE, guardedTreeMissing, WAYS, writeTree } from '../testing/guarded-tree.ts';
import {
  type Attempts,
  type ContainerBench,
  type ContainerKind,
  createCgroup,
  createContainerBench,
  hideInDepth,
  parseAttempts,
} from '../testing/overlay-container.ts';
import { createScratch } from '../testing/run-program.ts';
import { type Enforcement, openEnforcement } from './enforcement.ts';
import type { GuardPolicy } from './policy.ts';
import { canEnforce } from './support.ts';
import type { Violation } from './violation.ts';

const support = canEnforce();
const skip = support.obstacles.programs ?? guardedTreeMissing();
const cgroupRoot = support.cgroupRoot ?? '';
const OWN = `seawall-test-${process.pid}`;

let enforcement: Enforcement;
let bench: ContainerBench;
let scratch: ReturnType<typeof createScratch>;
let own: ReturnType<typeof createCgroup>;
let listening: Server;

before(async () => {
  if (skip !== false) return;
  scratch = createScratch();
  bench = createContainerBench(scratch.folder);
  own = createCgroup(cgroupRoot, OWN);
  enforcement = openEnforcement();
  listening = createServer((socket) => socket.destroy()).listen(0, '::');
  await once(listening, 'listening');
});

after(async () => {
  if (skip !== false) return;
  listening.close();
  await enforcement.close();
  own.remove();
  scratch.remove();
});

function takeViolations(): Violation[] {
  const taken: Violation[] = [];
  enforcement.poll((violation) => taken.push(violation));
  return taken;
}

/** Runs `use` with a guard on a cgroup of its own. */
async function withGuard(
  policy: GuardPolicy,
  use: (cgroup: string, guard: Awaited<ReturnType<Enforcement['guard']>>) => Promise<void> | void,
): Promise<void> {
  const cgroup = createCgroup(own.folder, 'guarded');
  try {
    const guard = await enforcement.guard({ cgroup: join(OWN, 'guarded') }, policy);
    takeViolations();
    try {
      await use(cgroup.folder, guard);
    } finally {
      await guard.release();
    }
  } finally {
    cgroup.remove();
  }
}

const programs = { allowed: ALLOWED_IN_TREE };

for (const [kind, ways] of Object.entries(WAYS)) {
  test(`a program that is not listed never runs by ${kind}, and each attempt is told`, { skip }, async () => {
    await withGuard({ programs }, (cgroup) => {
      for (const way of ways) {
        const attempts = bench.attempt(cgroup, ['exec', way, '3', '/marks']);
        const told = takeViolations();
        assert.equal(attempts.killed, 3, `${way}: ${JSON.stringify(attempts)}`);
        assert.equal(told.length, 3, `${way} is told`);
        assert.ok(told.every(({ outcome }) => outcome === 'ended'));
        assert.deepEqual(bench.marksMade(), [], `${way} left a mark`);
      }
    });
  });
}

test('without a guard the same attempts do leave marks', { skip }, () => {
  const free = createCgroup(own.folder, 'free');
  try {
    const attempts = bench.attempt(free.folder, ['exec', 'direct', '2', '/marks']);
    assert.equal(attempts.passed, 2);
    assert.deepEqual(bench.takeMarks(), ['direct-0', 'direct-1']);
  } finally {
    free.remove();
  }
});

test('what is listed runs: static, dynamic, a script', { skip }, async () => {
  await withGuard({ programs }, (cgroup) => {
    for (const way of ['allowed', 'allowed-dynamic', 'allowed-script']) {
      const attempts = bench.attempt(cgroup, ['exec', way, '3', '/marks']);
      assert.equal(attempts.passed, 3, `${way}: ${JSON.stringify(attempts)}`);
    }
    assert.deepEqual(takeViolations(), []);
  });
});

test('a violation says what was tried, by whom and why', { skip }, async () => {
  await withGuard({ programs }, (cgroup, { id }) => {
    bench.attempt(cgroup, ['exec', 'symlink', '1', '/marks']);
    const [violation] = takeViolations();
    const { timestamp, pid, thread, cgroup: own, file, ...rest } = violation;
    const inode = statSync(join(bench.lower, 'bin', 'forbidden'), { bigint: true }).ino;
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
    assert.equal(bench.attempt(cgroup, ['exec', 'allowed-script', '2', '/marks']).passed, 2);
    assert.equal(bench.attempt(cgroup, ['exec', 'shell', '2', '/marks']).killed, 2);
    assert.deepEqual(
      takeViolations().map(({ file }) => file?.path),
      ['/bin/busybox', '/bin/busybox'],
    );
  });
});

test('a listed loader starts only what is listed', { skip }, async () => {
  const loader = Object.keys(bench?.tree ?? {}).find((path) => /\/ld-/.test(path)) ?? '';
  const allowed = [...ALLOWED_IN_TREE, loader];
  await assert.rejects(
    enforcement.guard({ cgroup: OWN }, { programs: { allowed } }),
    (error) => isSeawallError(error, 'probe/CAN_NOT_ENFORCE') && /starts any program/.test(error.message),
  );
  await withGuard({ programs: { allowed, mappings: 'listed' } }, (cgroup) => {
    for (const way of ['allowed-by-loader', 'allowed-dynamic', 'allowed-script']) {
      assert.equal(bench.attempt(cgroup, ['exec', way, '2', '/marks']).passed, 2, way);
    }
    assert.equal(bench.attempt(cgroup, ['exec', 'loader', '2', '/marks']).killed, 2);
    assert.deepEqual(
      takeViolations().map(({ reason, call, file }) => [reason, call, file?.path]),
      new Array(2).fill(['mapping', 'mmap', '/bin/forbidden.dynamic']),
    );
    assert.deepEqual(bench.marksMade(), []);
  });
});

test('a folder of the image that is moved to a listed path takes no program with it', { skip }, async () => {
  const kind = { movesFolders: true };
  await withGuard({ programs }, (cgroup) => {
    assert.equal(bench.attempt(cgroup, ['exec', 'listed-folder', '1', '/marks'], kind).passed, 1);
    assert.equal(bench.attempt(cgroup, ['exec', 'moved-folder', '2', '/marks'], kind).killed, 2);
    assert.deepEqual(
      takeViolations().map(({ file }) => file?.path),
      ['/opt/other/tool', '/opt/other/tool'],
    );
    assert.deepEqual(bench.marksMade(), []);
  });
  await withGuard({ programs, isReportOnly: true }, (cgroup) => {
    assert.equal(bench.attempt(cgroup, ['exec', 'moved-folder', '1', '/marks'], kind).passed, 1);
    assert.equal(takeViolations().length, 1);
    assert.deepEqual(bench.takeMarks(), ['moved-folder-0']);
  });
});

test('code is mapped only from listed files and the image’s libraries', { skip }, async () => {
  const forEach = { preload: ['mmap', '/tmp/planted.so'], protect: ['mprotect', '/bin/forbidden'] };
  await withGuard({ programs }, (cgroup) => {
    for (const way of Object.keys(forEach)) {
      assert.equal(bench.attempt(cgroup, ['exec', way, '1', '/marks']).passed, 1, way);
      assert.deepEqual(bench.takeMarks(), [`${way}-0`]);
    }
  });
  await withGuard({ programs: { ...programs, mappings: 'listed' } }, (cgroup) => {
    for (const [way, [call, path]] of Object.entries(forEach)) {
      assert.equal(bench.attempt(cgroup, ['exec', way, '2', '/marks']).killed, 2, way);
      assert.deepEqual(
        takeViolations().map((violation) => [violation.reason, violation.call, violation.file?.path]),
        new Array(2).fill(['mapping', call, path]),
      );
    }
    assert.deepEqual(bench.marksMade(), []);
  });
});

test('cgroups that are expected are guarded before their first program, others are not', {
  skip,
}, async () => {
  const guard = await enforcement.guard(
    { expected: 'box-*.scope', below: OWN },
    { programs: { allowed: ['/bin/allowed'] } },
  );
  const [expected, other] = ['box-1.scope', 'box-1.slice'].map((name) => createCgroup(own.folder, name));
  try {
    takeViolations();
    assert.throws(() => bench.attempt(expected.folder, ['exec', 'direct', '1', '/marks']), /said nothing/);
    assert.deepEqual(
      takeViolations().map(({ guard, file }) => [guard, file?.path]),
      [[guard.id, '/bin/attempt']],
    );
    assert.equal(bench.attempt(other.folder, ['exec', 'allowed', '1', '/marks']).passed, 1);
  } finally {
    await guard.release();
    expected.remove();
    other.remove();
  }
});

test('a cgroup inside takes nothing from what the outer one forbids, whatever guard its name brings', {
  skip,
}, async () => {
  const { port } = listening.address() as { port: number };
  const outer = createCgroup(own.folder, 'outer');
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
    await enforcement.guard({ cgroup: join(OWN, 'outer') }, strict),
    await enforcement.guard(expected, loose),
  ];
  const inner = createCgroup(outer.folder, 'other-1');
  const free = createCgroup(own.folder, 'other-2');
  try {
    takeViolations();
    const tried = [
      [['exec', 'direct', '2', '/marks'], 'killed', 'not-listed'],
      [['exec', 'memfd', '2', '/marks'], 'killed', 'call'],
      [['connect', '4', String(port), '2'], 'denied', 'connection'],
    ] as const;
    for (const [words, outcome, reason] of tried) {
      assert.equal(bench.attempt(inner.folder, words)[outcome], 2, words.join(' '));
      assert.deepEqual(
        takeViolations().map((violation) => [violation.guard, violation.reason]),
        new Array(2).fill([guards[0].id, reason]),
      );
    }
    assert.equal(bench.attempt(inner.folder, ['exec', 'allowed', '1', '/marks']).passed, 1);
    assert.deepEqual(bench.marksMade(), []);
    assert.equal(
      bench.attempt(free.folder, ['exec', 'direct', '1', '/marks']).passed,
      1,
      'the loose one alone',
    );
    assert.equal(bench.takeMarks().length, 1);
  } finally {
    for (const guard of guards) await guard.release();
    for (const cgroup of [inner, outer, free]) cgroup.remove();
  }
});

test('a container that calls a cgroup of its own like an expected one does not come by its guard', {
  skip,
}, async () => {
  const container = createCgroup(own.folder, 'container');
  const guard = await enforcement.guard({ expected: 'other-*', below: OWN }, { programs });
  enforcement.noteContainer(join(OWN, 'container'));
  const inner = createCgroup(container.folder, 'other-1');
  const expected = createCgroup(own.folder, 'other-1');
  try {
    takeViolations();
    assert.equal(bench.attempt(inner.folder, ['exec', 'direct', '1', '/marks']).passed, 1);
    assert.deepEqual(takeViolations(), [], 'nobody else is said to have done it');
    assert.equal(bench.takeMarks().length, 1);
    assert.equal(bench.attempt(expected.folder, ['exec', 'direct', '1', '/marks']).killed, 1);
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
    const outer = createCgroup(own.folder, 'outer');
    const inner = createCgroup(outer.folder, 'inner');
    const guards = [
      await enforcement.guard({ cgroup: join(OWN, 'outer') }, outerPolicy),
      await enforcement.guard({ cgroup: join(OWN, 'outer', 'inner') }, { programs }),
    ];
    try {
      takeViolations();
      assert.equal(bench.attempt(inner.folder, ['exec', 'direct', '2', '/marks']).killed, 2);
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
    const [program, ...words] = bench.command(cgroup, ['exec', 'direct', '400', '/marks']);
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

test('a policy that only reports ends nothing', { skip }, async () => {
  await withGuard({ programs, isReportOnly: true }, (cgroup) => {
    assert.equal(bench.attempt(cgroup, ['exec', 'direct', '2', '/marks']).passed, 2);
    assert.deepEqual(
      takeViolations().map(({ outcome }) => outcome),
      ['reported', 'reported'],
    );
    assert.equal(bench.takeMarks().length, 2);
  });
});

test('a forbidden call ends its process', { skip }, async () => {
  await withGuard({ forbiddenCalls: ['memfd_create'] }, (cgroup) => {
    const attempts = bench.attempt(cgroup, ['exec', 'memfd', '2', '/marks']);
    assert.equal(attempts.killed, 2);
    assert.deepEqual(
      takeViolations().map(({ reason, call }) => [reason, call]),
      new Array(2).fill(['call', 'memfd_create']),
    );
    assert.equal(bench.attempt(cgroup, ['exec', 'allowed', '1', '/marks']).passed, 1);
    assert.deepEqual(bench.marksMade(), []);
  });
});

test('a call that was forbidden until just now is forbidden again at once', { skip }, async () => {
  const forbiddenCalls = ['memfd_create', 'swapon', 'swapoff', 'acct'];
  // The kernel still takes the first guard's programs off while the next one is set, as where containers follow each other.
  for (let round = 0; round < 30; round += 1) {
    await withGuard({ forbiddenCalls }, (cgroup) => {
      if (round % 10 === 9) assert.equal(bench.attempt(cgroup, ['exec', 'memfd', '1', '/marks']).killed, 1);
    });
  }
});

test('connections to a forbidden port are denied in every form, others are not', { skip }, async () => {
  const { port } = listening.address() as { port: number };
  const denied = { otherwise: 'allow', rules: [{ verdict: 'deny', ports: port }] } as const;
  await withGuard({ connections: denied }, (cgroup) => {
    for (const [how, kind] of [
      'connect 4',
      'connect 6',
      'connect m',
      'fast 4',
      'send 4',
      'send 6',
      'send m',
    ].map((words) => words.split(' '))) {
      const attempts = bench.attempt(cgroup, [how, kind, String(port), '2']);
      assert.equal(attempts.denied, 2, `${how} ${kind}: ${JSON.stringify(attempts)}`);
      const told = takeViolations();
      const address = kind === '6' ? '::1' : '127.0.0.1';
      const protocol = how === 'send' ? 'udp' : 'tcp';
      assert.deepEqual(
        told.map(({ reason, outcome, destination }) => ({ reason, outcome, destination })),
        new Array(2).fill({
          reason: 'connection',
          outcome: 'denied',
          destination: { address, port, protocol },
        }),
      );
    }
  });
  const onlyNetwork = { otherwise: 'deny', rules: [{ verdict: 'allow', network: '127.0.0.0/8' }] } as const;
  await withGuard({ connections: onlyNetwork }, (cgroup) => {
    assert.equal(bench.attempt(cgroup, ['connect', '4', String(port), '2']).passed, 2);
    assert.equal(bench.attempt(cgroup, ['connect', 'm', String(port), '2']).passed, 2);
    assert.equal(bench.attempt(cgroup, ['connect', '6', String(port), '2']).denied, 2);
  });
});

/** Starts attempts that wait for a line, sets the guard once they are in the cgroup, and lets them go on. */
async function attemptWhileRunning(
  policy: GuardPolicy,
  words: readonly string[],
  kind: ContainerKind = {},
  isHidden = false,
): Promise<Attempts> {
  const cgroup = createCgroup(own.folder, 'running');
  let reveal = (): void => undefined;
  try {
    const [program, ...rest] = bench.command(cgroup.folder, ['later', ...words], kind);
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => {
      output += bytes.toString();
    });
    const ended = once(child, 'close');
    try {
      await bench.untilInhabited(cgroup.folder, kind);
      const guard = await enforcement.guard({ cgroup: join(OWN, 'running'), isContainer: true }, policy);
      takeViolations();
      if (isHidden) reveal = hideInDepth(cgroup.folder, inhabitantOf(cgroup.folder));
      child.stdin.write('\n');
      await ended;
      await guard.release();
      return parseAttempts(output, '');
    } finally {
      child.kill('SIGKILL');
    }
  } finally {
    reveal();
    cgroup.remove();
  }
}

function inhabitantOf(cgroup: string): number {
  return Number.parseInt(readFileSync(join(cgroup, 'cgroup.procs'), 'latin1'), 10);
}

const opensSkip = skip === false ? (support.obstacles.opens ?? false) : skip;

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
  assert.equal(enforcement.status().permission, 'running');
});

test('a container hides nowhere below its cgroup, however long the path becomes', {
  skip: opensSkip,
}, async () => {
  const opens = { forbidden: ['/etc/secret'] };
  const hidden = await attemptWhileRunning({ opens }, ['open', '/etc/secret', '3'], {}, true);
  assert.equal(hidden.denied, 3, JSON.stringify(hidden));
  assert.equal(takeViolations().length, 3);
  const neighbour = await attemptWhileRunning({ opens }, ['open', '/etc/public', '3'], {}, true);
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
      if ('isPlain' in kind) writeTree(bench.plain, bench.tree);
    }
    assert.deepEqual(bench.marksMade(), []);
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
    assert.deepEqual(bench.marksMade(), []);
  });
}

test('where the first process made its mounts itself, the guard is refused', { skip }, async () => {
  const words = ['exec', 'prepared-root', '2', '/marks'];
  await assert.rejects(attemptWhileRunning({ programs }, words, { first: 'user' }), (error) =>
    isSeawallError(error, 'probe/ROOT_UNKNOWN'),
  );
  assert.deepEqual(bench.marksMade(), []);
});

test('a root that changed since the container’s first program began is refused, and the former guard stays', {
  skip,
}, async () => {
  const cgroup = createCgroup(own.folder, 'changing');
  const guard = await enforcement.guard({ cgroup: join(OWN, 'changing'), isContainer: true }, { programs });
  const words = ['later', 'exec', 'prepared-root', '2', '/marks'];
  const kind = { first: 'pivot' } as const;
  const [program, ...rest] = bench.command(cgroup.folder, words, kind);
  const child = spawn(program, rest, { stdio: ['pipe', 'ignore', 'inherit'] });
  try {
    await bench.untilInhabited(cgroup.folder, kind);
    await assert.rejects(guard.replace({ programs }), (error) => isSeawallError(error, 'probe/ROOT_UNKNOWN'));
    child.stdin.write('\n');
    await once(child, 'close');
    assert.deepEqual(bench.marksMade(), []);
    assert.equal(takeViolations().length, 2);
  } finally {
    child.kill('SIGKILL');
    await guard.release();
    cgroup.remove();
  }
});

test('a container without an overlay is guarded by the files as they were', { skip }, async () => {
  const cgroup = createCgroup(own.folder, 'plain');
  try {
    const allowed = ALLOWED_IN_TREE.map((entry) => ({ file: join(bench.plain, entry as string) }));
    const policy = { programs: { allowed } };
    const guard = await enforcement.guard({ cgroup: join(OWN, 'plain') }, policy);
    const run = (way: string) =>
      bench.attempt(cgroup.folder, ['exec', way, '2', '/marks'], { isPlain: true });
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

test('a policy that can not be enforced is refused with every reason', { skip }, async () => {
  const policy: GuardPolicy = {
    forbiddenCalls: ['no_such_call'],
    opens: { forbidden: ['relative'] },
  };
  await assert.rejects(enforcement.guard({ expected: 'a*b*c' }, policy), (error) => {
    assert.ok(isSeawallError(error, 'probe/CAN_NOT_ENFORCE'));
    assert.equal((error.details.all as readonly string[]).length, 4);
    return true;
  });
  await assert.rejects(enforcement.guard({ cgroup: 'no/such' }, {}), (error) =>
    isSeawallError(error, 'probe/NO_CGROUP'),
  );
});

test('what nobody reads is counted, and stopped all the same', { skip }, async () => {
  await withGuard({ programs }, (cgroup) => {
    const lostBefore = enforcement.status().counters.lost;
    const attempts = bench.attempt(cgroup, ['exec', 'direct', '3500', '/marks']);
    assert.equal(attempts.killed, 3500);
    const told = takeViolations().length;
    const lost = enforcement.status().counters.lost - lostBefore;
    assert.ok(lost > 0);
    assert.equal(told + lost, 3500);
    assert.deepEqual(bench.marksMade(), []);
  });
});

test('the answering program is started again when it dies', { skip: opensSkip }, async () => {
  const opens = { forbidden: ['/etc/secret'] };
  await attemptWhileRunning({ opens }, ['open', '/etc/secret', '1']);
  const [child] = childrenNamed('permission');
  process.kill(child, 'SIGKILL');
  while (childrenNamed('permission').includes(child)) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal((await attemptWhileRunning({ opens }, ['open', '/etc/secret', '2'])).denied, 2);
  assert.equal(enforcement.status().permission, 'running');
  takeViolations();
});

/** Processes that this one started, by the name of their program. */
function childrenNamed(name: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        const [, comm, parent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
        return comm === name && Number(parent) === process.pid;
      } catch {
        // It has ended since the folder was read, or is no process.
        return false;
      }
    });
}

test('closing ends all guards and leaves no process behind', { skip }, async () => {
  const other = openEnforcement();
  const cgroup = createCgroup(own.folder, 'closing');
  try {
    await other.guard({ cgroup: join(OWN, 'closing') }, { programs });
    assert.equal(bench.attempt(cgroup.folder, ['exec', 'direct', '1', '/marks']).killed, 1);
    await other.close();
    assert.equal(bench.attempt(cgroup.folder, ['exec', 'direct', '1', '/marks']).passed, 1);
    assert.equal(bench.takeMarks().length, 1);
    assert.ok(existsSync(cgroup.folder));
  } finally {
    await other.close();
    cgroup.remove();
  }
});
