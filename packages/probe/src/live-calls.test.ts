import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, realpathSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventTypes, eventTypeOfSymbol as typeOf } from '@seawall/events';
import { stateTypes } from './calls.ts';
import { openProbe, type Probe } from './probe.ts';
import { probeSupport } from './support.ts';
import { type CollectedEvent, collectEvents } from './testing/collect-events.ts';
import { compileProgram, createScratch, runProgram } from './testing/run-program.ts';

const support = probeSupport();
const skip = support.isSupported ? false : support.reason;

/** As the eBPF program cuts the layers of an overlay out of flags (PPM_FD_*_LAYER). */
const LAYERS = (1 << 15) | (1 << 16);

function isAsExpected(actual: string, expected: string): boolean {
  if (expected === '*') return true;
  if (expected.startsWith('~')) return (Number(actual) & ~LAYERS) === Number(expected.slice(1));
  if (!expected.includes('**')) return actual === expected;
  return (
    actual.length === expected.length &&
    [...expected].every((char, at) => char === '*' || char === actual[at])
  );
}

if (skip !== false) {
  test('live system calls', { skip }, () => undefined);
} else {
  const scratch = createScratch();
  let probe: Probe;
  let behave: string;
  before(() => {
    behave = compileProgram('behave', scratch.folder);
    probe = openProbe();
    probe.want({
      types: eventTypes.filter(({ isOld, isUnused }) => !isOld && !isUnused).map(({ id }) => id),
      genericCalls: ['sethostname'],
    });
  });
  after(() => {
    probe.close();
    scratch.remove();
  });

  test('each of more than 80 system calls is seen with the parameters that the program used', async (context) => {
    const folder = join(realpathSync(scratch.folder), 'files');
    mkdirSync(folder);
    let output = '';
    const events = await collectEvents(probe, async () => {
      ({ output } = await runProgram(behave, [folder]));
    });
    const absent = new Set(probe.status().absentCalls);
    const expectations = output
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([, symbol]) => !absent.has(typeOf(symbol).name));
    const types = new Set(expectations.map(([, symbol]) => symbol));
    const perThread = Map.groupBy(events, ({ tid }) => tid);
    const wrong: string[] = [];
    const positions = new Map<number, number>();
    for (const [tid, symbol, ...expected] of expectations) {
      const own = perThread.get(Number(tid)) ?? [];
      const from = positions.get(Number(tid)) ?? 0;
      const found = own.findIndex(
        (event, index) => index >= from && event.symbol === symbol && matches(event, expected),
      );
      if (found >= 0) positions.set(Number(tid), found + 1);
      else wrong.push(`${symbol} ${expected.join(' | ')}\n   seen: ${alike(own, symbol)}`);
    }
    assert.deepEqual(wrong, []);
    // arm64 never had the calls that newer ones replace (open, fork, dup2, pipe ...).
    const typeCount = process.arch === 'arm64' ? 75 : 90;
    assert.ok(types.size >= typeCount, `${types.size} types`);
    context.diagnostic(`${types.size} event types`);
  });

  test('a program that starts is described with its arguments, environment, file, ids and credentials', async () => {
    let pid = 0;
    const events = await collectEvents(probe, async () => {
      ({ pid } = await runProgram('/bin/sh', ['-c', 'exec env -i MARK=1 /bin/true --one two']));
    });
    const started = events.filter(({ tid, symbol }) => tid === pid && symbol === 'SYSCALL_EXECVE_19_X');
    const last = started.at(-1);
    assert.ok(last !== undefined);
    const facts = statSync('/bin/true', { bigint: true });
    const named = namedParameters(last);
    assert.equal(named.res, '0');
    assert.equal(named.exe, '/bin/true');
    assert.equal(named.args, '--one·two·');
    assert.equal(named.env, 'MARK=1·');
    assert.equal(named.tid, String(pid));
    assert.equal(named.pid, String(pid));
    assert.equal(named.ptid, String(process.pid));
    assert.equal(named.comm, 'true');
    assert.equal(named.exe_ino, String(facts.ino));
    assert.equal(named.exe_ino_ctime, String(facts.ctimeNs));
    assert.equal(named.exe_ino_mtime, String(facts.mtimeNs));
    assert.equal(named.uid, '0');
    assert.equal(named.gid, '0');
    assert.equal(named.trusted_exepath, realpathSync('/bin/true'));
    assert.equal(named.filename, '/bin/true');
    assert.match(named.cgroups, /^cpuset=\/.*·memory=\/[^·]*·$/);
  });

  test('a cgroup’s path is told from its root, however deep a process hides itself', async () => {
    const name = `seawall-test-${process.pid}`;
    const folders = ['', ...'abcdefghijkl'].map((_, depth, names) =>
      join(folderOfCpuGroups(), name, ...names.slice(1, depth + 1)),
    );
    let pid = 0;
    try {
      for (const folder of folders) {
        mkdirSync(folder);
        allowCpuBelow(join(folder, '..'));
      }
      const script = 'echo $$ > "$1/cgroup.procs" && exec /bin/true';
      const events = await collectEvents(probe, async () => {
        ({ pid } = await runProgram('/bin/sh', ['-c', script, 'sh', folders.at(-1) as string]));
      });
      const last = events.findLast(
        ({ tid, symbol }) => tid === pid && symbol === 'SYSCALL_EXECVE_19_X',
      ) as CollectedEvent;
      const [, path] = /·cpu=([^·]*)·/.exec(namedParameters(last).cgroups) ?? [];
      assert.equal(path, `/${name}/a/b/c/d/e/f/g/h/i`);
    } finally {
      for (const folder of folders.toReversed()) rmdirSync(folder);
    }
  });

  test('a process that is made and ends shows in three events: the caller’s, its own, and its end', async () => {
    let pid = 0;
    const events = await collectEvents(probe, async () => {
      ({ pid } = await runProgram('/bin/sh', ['-c', '(exit 3); (kill -9 $(sh -c "echo \\$PPID")); true']));
    });
    const caller = events.find(
      ({ tid, symbol, parameters }) =>
        tid === pid && /^SYSCALL_(V?FORK|CLONE)/.test(symbol) && parameters[0] !== '0',
    );
    assert.ok(caller !== undefined);
    const child = Number(caller.parameters[0]);
    const born = events.find(({ tid, symbol }) => tid === child && symbol === caller.symbol);
    assert.equal(born?.parameters[0], '0');
    assert.ok(born !== undefined);
    assert.deepEqual(born.parameters.slice(3, 6), [String(child), String(child), String(pid)]);
    const [before, after] = [caller, born].map(namedParameters);
    for (const name of ['exe', 'args', 'comm', 'cgroups', 'uid', 'gid', 'fdlimit']) {
      assert.equal(after[name], before[name], name);
    }
    assert.deepEqual([after.comm, after.exe, after.vtid], ['sh', '/bin/sh', String(child)]);
    assert.match(after.cgroups, /^cpuset=\/.*·memory=\/[^·]*·$/);
    const ends = events.filter(({ symbol }) => symbol === 'PROCEXIT_1_E');
    const end = ends.find(({ tid }) => tid === child);
    assert.deepEqual(end?.parameters.slice(0, 4), ['768', '3', '0', '0']);
    assert.ok(ends.some(({ parameters }) => parameters[2] === '9'));
  });

  test('every event that the kernel wrote is read, and none is lost while there is room', async () => {
    const other = openProbe();
    try {
      other.want({ types: stateTypes });
      const events = await collectEvents(other, async () => {
        await runProgram('/bin/ls', ['/']);
        other.stop();
      });
      const { written, dropped } = other.counters();
      assert.ok(events.length > 0);
      assert.equal(total(written), events.length);
      assert.equal(total(dropped), 0);
      assert.equal(other.ring.lost, 0);
    } finally {
      other.close();
    }
  });

  test('where there is no room what was lost is counted, by type: what was tried is what was read and lost', async () => {
    const other = openProbe({ ringBytes: 1 << 16 });
    try {
      other.want({ types: stateTypes });
      await runProgram('/bin/sh', ['-c', 'for i in $(seq 3000); do : < /dev/null; done']);
      other.stop();
      const events = await collectEvents(other, async () => undefined);
      const { written, dropped } = other.counters();
      assert.equal(total(written), events.length);
      assert.ok(total(dropped) > 3000, `${total(dropped)} lost`);
      const tried = written[openat.id] + dropped[openat.id];
      assert.ok(tried >= 3000, `${tried} opens`);
    } finally {
      other.close();
    }
  });

  test('after closing, nothing is readable and nothing crashes', () => {
    const other = openProbe({ ringBytes: 1 << 16 });
    other.close();
    other.close();
    assert.equal(other.ring.batch.bytes.length, 0);
    assert.throws(() => other.want({ types: [] }), /closed/);
  });
}

const openat = typeOf('SYSCALL_OPENAT_2_X');

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function matches({ parameters }: CollectedEvent, expected: readonly string[]): boolean {
  return expected.every((value, index) => isAsExpected(parameters[index] ?? '', value));
}

function alike(events: readonly CollectedEvent[], symbol: string): string {
  const seen = events
    .filter((event) => event.symbol === symbol)
    .map(({ parameters }) => parameters.slice(0, 18).join(' | '));
  return seen.length === 0 ? 'none of that type' : seen.slice(0, 4).join('\n         ');
}

function namedParameters({ symbol, parameters }: CollectedEvent): Record<string, string> {
  const type = typeOf(symbol);
  return Object.fromEntries(parameters.map((value, index) => [type.parameters[index].name, value]));
}

/** Where cgroups that the processor is shared out by are: version 1's, or the one hierarchy of version 2. */
function folderOfCpuGroups(): string {
  const mounts = readFileSync('/proc/self/mountinfo', 'latin1').split('\n');
  const mount =
    mounts.find((line) => / - cgroup .*\bcpu\b/.test(line)) ??
    mounts.find((line) => line.includes(' - cgroup2 '));
  return (mount as string).split(' ')[4];
}

/** Version 2 shares out only what is asked for. */
function allowCpuBelow(folder: string): void {
  try {
    writeFileSync(join(folder, 'cgroup.subtree_control'), '+cpu', { flag: 'r+' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
