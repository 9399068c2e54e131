import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAsker } from '../testing/ask.ts';
import { createTestSource, INIT } from '../testing/source.ts';

function family() {
  const source = createTestSource();
  source.thread(INIT);
  source.thread({
    tid: 10,
    comm: 'sshd',
    exe: '/usr/sbin/sshd',
    args: ['-D'],
    environment: ['LEVEL=ten', 'EMPTY='],
  });
  source.thread({
    tid: 11,
    parentTid: 10,
    comm: 'bash',
    exe: '-bash',
    sessionId: 11,
    environment: ['LEVEL= eleven '],
  });
  source.thread({
    tid: 12,
    parentTid: 11,
    comm: 'curl',
    args: ['-s', 'x'],
    sessionId: 11,
    cloneTime: 1_699_999_999_000_000_000n,
  });
  source.event(12, 'SYSCALL_GETUID_X', {});
  return { source, ...createAsker(source.context) };
}

test('a process shows its own, its parent and its ancestors', () => {
  const { shows } = family();
  assert.equal(shows('proc.cmdline'), 'curl -s x');
  assert.equal(shows('proc.exeline'), '/bin/sh -s x');
  assert.equal(shows('proc.args[1]'), 'x');
  assert.equal(shows('proc.args[9]'), '');
  assert.equal(shows('proc.cmdlenargs'), '3');
  assert.equal(shows('proc.pname'), 'bash');
  assert.equal(shows('proc.ppid'), '11');
  assert.equal(shows('proc.aname[0]'), 'curl');
  assert.equal(shows('proc.aname[2]'), 'sshd');
  assert.equal(shows('proc.aname[3]'), 'init');
  assert.equal(shows('proc.aname[4]'), undefined);
  assert.equal(shows('proc.aname'), 'bash sshd init');
  assert.equal(shows('proc.acmdline[2]'), 'sshd -D');
  assert.equal(shows('proc.apid'), '12');
  assert.equal(shows('proc.sname'), 'bash');
  assert.equal(shows('proc.loginshellid'), '11');
  assert.equal(shows('proc.duration'), '1010000000');
  assert.equal(shows('proc.ppid.duration'), undefined);
});

test('without an index a comparison is with any ancestor', () => {
  const { holds } = family();
  assert.ok(
    holds('proc.aname = sshd') && holds('proc.aname in (x, init)') && holds('proc.aname startswith ss'),
  );
  assert.ok(!holds('proc.aname = curl'), 'the process itself is no ancestor of its own');
  assert.ok(holds('proc.aname != sshd'), 'some ancestor is another');
  assert.ok(holds('proc.apid = 10') && !holds('proc.apid = 12'));
  assert.ok(holds('proc.aexe endswith sshd') && holds('proc.acmdline contains "sshd -D"'));
  assert.ok(holds('proc.aenv contains "LEVEL=ten"') && holds('proc.aname exists'));
  assert.ok(holds('proc.aname[2] = sshd') && !holds('proc.aname[2] = bash'));
});

test('environment variables are found by name, in the nearest ancestor that has them set', () => {
  const { shows } = family();
  assert.equal(shows('proc.env'), '');
  assert.equal(shows('proc.env[LEVEL]'), '');
  assert.equal(shows('proc.aenv[LEVEL]'), 'eleven');
  assert.equal(shows('proc.aenv[EMPTY]'), '');
  assert.equal(shows('proc.aenv[2]'), 'LEVEL=ten EMPTY=');
  assert.equal(shows('proc.aenv[9]'), undefined);
});

test('users and groups have fallbacks for root alone', () => {
  const { shows } = family();
  assert.equal(shows('user.name'), 'root');
  assert.equal(shows('user.loginuid'), '-1');
  assert.equal(shows('user.loginname'), '<NA>');
});

test('an event of an unknown thread shows no process', () => {
  const source = createTestSource();
  const { shows, holds } = createAsker(source.context);
  source.event(99, 'SCHEDSWITCH_6_E', { next: 1 });
  assert.equal(shows('thread.tid'), '99');
  for (const name of [
    'proc.name',
    'proc.aname',
    'proc.duration',
    'user.uid',
    'thread.vtid',
    'container.id',
  ]) {
    assert.equal(shows(name), undefined, name);
  }
  assert.ok(!holds('proc.aname exists') && !holds('proc.apid != 1'));
});

test('ancestors end, whatever parents a capture claims', () => {
  const tids = Array.from({ length: 12 }, (_, index) => index + 1);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 12, maxLength: 12 }), (parents) => {
      const source = createTestSource();
      for (const [index, tid] of tids.entries()) source.thread({ tid, parentTid: parents[index]! });
      const { shows, holds } = createAsker(source.context);
      for (const tid of tids) {
        source.event(tid, 'SYSCALL_GETUID_X', {});
        assert.ok((shows('proc.aname') ?? '').length < 1000);
        assert.ok(!holds('proc.aname = nobody'));
        shows('proc.loginshellid');
        shows('proc.sname');
        shows('proc.aenv[X]');
      }
    }),
    { numRuns: 60 },
  );
});
