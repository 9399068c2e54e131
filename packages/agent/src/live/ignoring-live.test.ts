import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { killWithTest, until } from '@seawall/base/testing';
import { EVENT_TYPE_COUNT, eventTypeOfSymbol, TYPE_OFFSET } from '@seawall/events';
import { probeSupport } from '@seawall/probe';
import type { Rule } from '@seawall/rules';
import type { Alert } from '../alert/alert.ts';
import { plainWatchOptions, rulesOf } from '../testing/plain-watch.ts';
import { createWanderers } from '../testing/wanderers.ts';
import { withoutLosses } from '../testing/without-losses.ts';
import { kernelFilterFor } from './kernel-filter.ts';
import { createLiveWatch, type LiveWatch } from './watch-live.ts';

const support = probeSupport();
const skip = support.isSupported ? false : support.reason;
const { catalogue } = plainWatchOptions;
const READ = eventTypeOfSymbol('SYSCALL_PREAD_X').id;
const WRITE = eventTypeOfSymbol('SYSCALL_PWRITE_X').id;
/** Programs that wander beside each other, and steps that each takes. */
const WANDERERS = 6;
const STEPS = 14;
/** Events that have to be left out for a run to say anything. */
const LEAST_LEFT_OUT = 5000;
const OUTPUT = '%thread.tid %proc.name %evt.type %evt.rawres %user.uid %proc.exepath %proc.cwd %proc.pname';
/** SEAWALL_SEED=N repeats what test N did. */
const SEED = Number(process.env.SEAWALL_SEED ?? Date.now() % 1_000_000);

/** Where an event's header has its thread. */
const TID_OFFSET = 8;

interface Watched {
  readonly live: LiveWatch;
  readonly alerts: readonly Alert[];
  /** Events of that type that the kernel handed over, of all threads or of one. */
  handedOver(symbol: string, tid?: number): number;
}

function watch(
  rules: readonly Rule[],
  signal: AbortSignal,
  isUnfiltered: boolean,
  onStart: () => void,
): Watched {
  const alerts: Alert[] = [];
  /** For each thread by type. */
  const counts = new Map<number, Float64Array>();
  const live = createLiveWatch({
    rules,
    ...plainWatchOptions,
    signal,
    ringBytes: 32 * 1024 * 1024,
    isUnfiltered,
    onAlert: (alert) => alerts.push(alert),
    onStart,
    onSection(section) {
      if (section.kind !== 'events') return;
      const { data, offsets, count } = section.batch;
      for (let index = 0; index < count; index += 1) {
        const tid = data.getUint32(offsets[index] + TID_OFFSET, true);
        const ofThread = counts.get(tid) ?? new Float64Array(EVENT_TYPE_COUNT);
        counts.set(tid, ofThread);
        ofThread[data.getUint16(offsets[index] + TYPE_OFFSET, true)] += 1;
      }
    },
  });
  return {
    ...{ live, alerts },
    handedOver(symbol, tid) {
      const type = eventTypeOfSymbol(symbol).id;
      const threads = tid === undefined ? [...counts.keys()] : [tid];
      return threads.reduce((sum, each) => sum + (counts.get(each)?.[type] ?? 0), 0);
    },
  };
}

/** By thread, in the order in which they came: those of the programs below a folder. */
function byThread(alerts: readonly Alert[], folder: string): Record<string, readonly string[]> {
  const texts = alerts
    .map(({ rule, message }) => `${message} (${rule})`)
    .filter((text) => text.includes(` ${folder}`));
  const threads = [...Map.groupBy(texts, (text) => text.split(' ', 1)[0])];
  return Object.fromEntries(threads.sort(([left], [right]) => (left < right ? -1 : 1)));
}

test('whatever becomes of a process that rules were done with, it raises the same alerts as without the filter', {
  skip,
}, async (context) => {
  const wanderers = createWanderers();
  const wanders = 'proc.name startswith wander-';
  const conditions = [
    'evt.type = pwrite and proc.name = wander-b',
    `evt.type = pwrite and user.uid = 1234 and ${wanders}`,
    `evt.type = pwrite and proc.cwd startswith ${wanderers.folder}/x`,
    'evt.type = pwrite and proc.name = wander-c and proc.pname = wander-a',
    'evt.type = pwrite and proc.name = wander-n',
    `evt.type = pwrite and proc.is_sid_leader = true and ${wanders}`,
    `evt.type = pwrite and proc.fdlimit = 777 and ${wanders}`,
    `evt.type = pwrite and not thread.cap_effective contains CAP_CHOWN and ${wanders}`,
    `evt.type = pwrite and container.id != host and ${wanders}`,
    'evt.type = pread and proc.name = nobody',
    // So that they are told, and limits are known.
    'evt.type in (prlimit, setpgid, unshare, setns, getcwd) and proc.name = nobody',
  ];
  const rules = rulesOf(conditions, OUTPUT);
  assert.deepEqual(kernelFilterFor(rules, catalogue).byProcessTypes, [READ, WRITE]);
  context.diagnostic(`SEAWALL_SEED=${SEED}`);

  async function wander(): Promise<void> {
    // Verdicts are told when changes have been counted for a while.
    await sleep(400);
    const runs = Array.from({ length: WANDERERS }, (_, index) => wanderers.start(SEED + index, STEPS));
    assert.deepEqual(await Promise.all(runs), new Array(WANDERERS).fill(0));
  }

  async function watchBoth() {
    const controller = new AbortController();
    let startedCount = 0;
    let wandering: Promise<void> | undefined;
    const onStart = (): void => {
      startedCount += 1;
      if (startedCount === 2) wandering = wander().finally(() => controller.abort());
    };
    const both = [true, false].map((isUnfiltered) => watch(rules, controller.signal, isUnfiltered, onStart));
    await Promise.all(both.map(({ live }) => live.run()));
    await wandering;
    const accountings = both.map(({ live }) => live.report().accounting);
    for (const { seen, evaluated, filtered, dropped } of accountings) {
      assert.equal(seen, evaluated + filtered + dropped);
    }
    return { both, dropped: accountings[0].dropped + accountings[1].dropped };
  }

  try {
    const { both } = await withoutLosses(watchBoth);
    const [unfiltered, filtered] = both;
    assert.deepEqual(
      byThread(filtered.alerts, wanderers.folder),
      byThread(unfiltered.alerts, wanderers.folder),
    );
    assert.ok(unfiltered.alerts.length > 100, `${unfiltered.alerts.length} alerts`);
    const [most, fewer] = [unfiltered, filtered].map(({ handedOver }) => handedOver('SYSCALL_PREAD_X'));
    const firing = new Set(unfiltered.alerts.map(({ rule }) => rule));
    context.diagnostic(
      `${unfiltered.alerts.length} alerts of ${firing.size} rules; ${fewer} reads instead of ${most}`,
    );
    // How much depends on how soon a busy machine lets the agent decide.
    assert.ok(fewer < most - LEAST_LEFT_OUT, 'what is left out is what this is about');
  } finally {
    wanderers.remove();
  }
});

/** Writes single bytes until the file in $0 is there, waits to be told, and writes two bytes fifty times. */
const WRITER = `exec 3> /dev/null
while [ ! -e "$0" ]; do for ((i = 0; i < 1000; i++)); do printf x >&3; done; done
echo ready; read line
for ((i = 0; i < 50; i++)); do printf xx >&3; done`;

/** How many writes of a thread the kernel has left out, of those that it has made by now. */
async function writesLeftOut(tid: number, watched: Watched): Promise<number> {
  const [, writes] = /^syscw: (\d+)$/m.exec(readFileSync(`/proc/${tid}/io`, 'latin1')) ?? [];
  const { pid: later } = spawnSync('true');
  // What it does is handed over behind them.
  await until(() => watched.handedOver('SYSCALL_EXECVE_19_X', later) > 0);
  return Number(writes) - watched.handedOver('SYSCALL_WRITE_X', tid);
}

test('rules that are replaced ask for the processes that the old ones were done with', {
  skip,
}, async (context) => {
  const before = rulesOf(['evt.type = write and proc.name = nobody'], OUTPUT);
  const folder = mkdtempSync(join(tmpdir(), 'seawall-ignoring-'));
  context.after(() => rmSync(folder, { recursive: true }));

  async function watchReplaced() {
    const controller = new AbortController();
    const enough = join(folder, 'enough');
    rmSync(enough, { force: true });
    async function write(): Promise<void> {
      const child = killWithTest(
        spawn('bash', ['-c', WRITER, enough], { stdio: ['pipe', 'pipe', 'inherit'] }),
      );
      const ended = once(child, 'close');
      const pid = child.pid as number;
      await until(async () => (await writesLeftOut(pid, watched)) > LEAST_LEFT_OUT);
      writeFileSync(enough, '');
      await once(child.stdout, 'data');
      watched.live.replaceRules(
        rulesOf([`evt.type = write and proc.pid = ${pid} and evt.rawres = 2`], OUTPUT),
      );
      child.stdin.end('go\n');
      await ended;
    }
    let writing: Promise<void> | undefined;
    const watched = watch(before, controller.signal, false, () => {
      writing = write().finally(() => controller.abort());
    });
    await watched.live.run();
    await writing;
    const { dropped } = watched.live.report().accounting;
    return { watched, dropped };
  }

  const { watched } = await withoutLosses(watchReplaced);
  assert.equal(watched.alerts.length, 50);
});
