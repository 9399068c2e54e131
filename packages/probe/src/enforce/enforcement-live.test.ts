import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { ALLOWED_IN_TREE } from '../testing/guarded-tree.ts';
import { OWN, openPort, opensSkip, skip, useLiveEnforcement } from '../testing/live-enforcement.ts';
import { openEnforcement } from './enforcement.ts';
import type { GuardPolicy } from './policy.ts';

const live = useLiveEnforcement();
const { ownCgroup, takeViolations, withGuard, attemptWhileRunning } = live;
const programs = { allowed: ALLOWED_IN_TREE };

test('a forbidden call ends its process', { skip }, async () => {
  await withGuard({ forbiddenCalls: ['memfd_create'] }, (cgroup) => {
    const attempts = live.bench.attempt(cgroup, ['exec', 'memfd', '2', '/marks']);
    assert.equal(attempts.killed, 2);
    assert.deepEqual(
      takeViolations().map(({ reason, call }) => [reason, call]),
      new Array(2).fill(['call', 'memfd_create']),
    );
    assert.equal(live.bench.attempt(cgroup, ['exec', 'allowed', '1', '/marks']).passed, 1);
    assert.deepEqual(live.bench.marksMade(), []);
  });
});

test('a call that was forbidden until just now is forbidden again at once', { skip }, async () => {
  const forbiddenCalls = ['memfd_create', 'swapon', 'swapoff', 'acct'];
  // The kernel still takes the first guard's programs off while the next one is set, as where containers follow each other.
  for (let round = 0; round < 30; round += 1) {
    await withGuard({ forbiddenCalls }, (cgroup) => {
      if (round % 10 === 9)
        assert.equal(live.bench.attempt(cgroup, ['exec', 'memfd', '1', '/marks']).killed, 1);
    });
  }
});

test('connections to a forbidden port are denied in every form, others are not', {
  skip,
}, async (context) => {
  const port = await openPort(context);
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
      const attempts = live.bench.attempt(cgroup, [how, kind, String(port), '2']);
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
    assert.equal(live.bench.attempt(cgroup, ['connect', '4', String(port), '2']).passed, 2);
    assert.equal(live.bench.attempt(cgroup, ['connect', 'm', String(port), '2']).passed, 2);
    assert.equal(live.bench.attempt(cgroup, ['connect', '6', String(port), '2']).denied, 2);
  });
});

test('a policy that can not be enforced is refused with every reason', { skip }, async () => {
  const policy: GuardPolicy = {
    forbiddenCalls: ['no_such_call'],
    opens: { forbidden: ['relative'] },
  };
  await assert.rejects(live.enforcement.guard({ expected: 'a*b*c' }, policy), (error) => {
    assert.ok(isSeawallError(error, 'probe/CAN_NOT_ENFORCE'));
    assert.equal((error.details.all as readonly string[]).length, 4);
    return true;
  });
  await assert.rejects(live.enforcement.guard({ cgroup: 'no/such' }, {}), (error) =>
    isSeawallError(error, 'probe/NO_CGROUP'),
  );
});

test('what nobody reads is counted, and stopped all the same', { skip }, async () => {
  await withGuard({ programs }, (cgroup) => {
    const lostBefore = live.enforcement.status().counters.lost;
    const attempts = live.bench.attempt(cgroup, ['exec', 'direct', '3500', '/marks']);
    assert.equal(attempts.killed, 3500);
    const told = takeViolations().length;
    const lost = live.enforcement.status().counters.lost - lostBefore;
    assert.ok(lost > 0);
    assert.equal(told + lost, 3500);
    assert.deepEqual(live.bench.marksMade(), []);
  });
});

test('the answering program is started again when it dies', { skip: opensSkip }, async () => {
  const opens = { forbidden: ['/etc/secret'] };
  await attemptWhileRunning({ opens }, ['open', '/etc/secret', '1']);
  const [child] = childrenNamed('permission');
  process.kill(child, 'SIGKILL');
  while (childrenNamed('permission').includes(child)) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal((await attemptWhileRunning({ opens }, ['open', '/etc/secret', '2'])).denied, 2);
  assert.equal(live.enforcement.status().permission, 'running');
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
  const cgroup = ownCgroup('closing');
  try {
    await other.guard({ cgroup: join(OWN, 'closing') }, { programs });
    assert.equal(live.bench.attempt(cgroup.folder, ['exec', 'direct', '1', '/marks']).killed, 1);
    await other.close();
    assert.equal(live.bench.attempt(cgroup.folder, ['exec', 'direct', '1', '/marks']).passed, 1);
    assert.equal(live.bench.takeMarks().length, 1);
    assert.ok(existsSync(cgroup.folder));
  } finally {
    await other.close();
    cgroup.remove();
  }
});
