import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type CaptureSection, readCapture } from '@seawall/events';
import { createSyscallCatalogue } from '@seawall/inspector';
import { readContainerMetadata } from '@seawall/kube';
import { textFromBytes } from '@seawall/rules';
import type { Activity } from '@seawall/store';
import { containerInfoOf } from '../containers.ts';
import { defaultDropPolicy } from '../drops.ts';
import { createCaptureWatch } from '../watch/watch-capture.ts';
import { createSectionsWatch } from '../watch/watch-sections.ts';
import { type ActivityCollectorOptions, createActivityCollector } from './collector.ts';

const recording = join(import.meta.dirname, '../../../../examples/control-plane/attack');
const metadata = gunzipSync(readFileSync(`${recording}.containers.json.gz`));
const containers = readContainerMetadata(metadata, 'metadata').map(containerInfoOf);
const catalogue = createSyscallCatalogue();

/** What is seen in the bundled recording; taken with every batch, as an agent does, or once at the end. */
async function collect(options: Partial<ActivityCollectorOptions> = {}, isTakenOften = false) {
  const { taken, activity } = await run(options, isTakenOften);
  assert.deepEqual(activity.take(), []);
  assert.equal(activity.forgotten(), 0);
  return taken;
}

/** @param batches after how many it ends, as an agent does that is told to. */
async function run(options: Partial<ActivityCollectorOptions>, isTakenOften: boolean, batches = Infinity) {
  const activity = createActivityCollector({ catalogue, ...options });
  const taken: Activity[] = [];
  let seen = 0;
  const watch = createCaptureWatch({
    rules: [],
    activity,
    isDone: () => activity.isOver() || seen >= batches,
    catalogue,
    containers,
    drops: defaultDropPolicy,
    isFirstOnly: false,
    isIsoTime: true,
    hostname: undefined,
    input: `${recording}.scap.gz`,
    inputName: 'attack',
    onAlert: () => undefined,
    onProgress() {
      seen += 1;
      if (isTakenOften) taken.push(...activity.take());
    },
  });
  await watch.run();
  taken.push(...activity.take());
  return { taken, activity };
}

function valuesOf(
  activities: readonly Activity[],
  workload: string,
  kind: Activity['kind'],
): readonly string[] {
  const own = activities.filter((activity) => activity.workload === workload && activity.kind === kind);
  return [...new Set(own.map(({ value }) => value))].sort();
}

test('what pods do in a recording is told by workload and kind; the runtime’s steps and sandboxes are not', async () => {
  const activities = await collect();
  const etcd = 'kube-system/etcd/etcd';
  const programs = valuesOf(activities, etcd, 'program');
  assert.ok(programs.includes('/usr/local/bin/etcd'), programs.join());
  assert.ok(programs.includes('/usr/bin/dash as sh'));
  assert.ok(valuesOf(activities, etcd, 'written-directory').includes('/etc/nsswitch.conf'));
  assert.ok(valuesOf(activities, etcd, 'peer').includes('192.168.56.11:30080/tcp by curl'));
  // Opened before the recording began.
  assert.ok(valuesOf(activities, etcd, 'listening-port').some((port) => port.endsWith(':2379/tcp by etcd')));
  assert.deepEqual(valuesOf(activities, etcd, 'user'), ['uid 0']);
  assert.ok(
    valuesOf(activities, 'kube-system/kube-dns/dnsmasq', 'capability').includes('CAP_NET_BIND_SERVICE'),
  );
  const all = activities.filter(({ kind }) => kind === 'program').map(({ value }) => value);
  assert.ok(
    all.every((value) => !/runc|pause/.test(value)),
    all.join(),
  );
  assert.ok(activities.every(({ workload }) => !workload.startsWith('host')));
});

test('a pod that does nothing of note is told of all the same', async () => {
  const scheduler = valuesOf(
    await collect({ until: 1_000_000_000n }),
    'kube-system/kube-scheduler/kube-scheduler',
    'program',
  );
  assert.deepEqual(scheduler, ['/usr/local/bin/kube-scheduler']);
});

function sum(activities: readonly Activity[]) {
  const sums = new Map<string, readonly [number, number]>();
  for (const { workload, kind, value, count, starts } of activities) {
    const key = `${workload} ${kind} ${value}`;
    const [counted, started] = sums.get(key) ?? [0, 0];
    sums.set(key, [counted + count, started + starts]);
  }
  return [...sums].sort(([one], [other]) => (one < other ? -1 : 1));
}

test('counts and starts add up to the same, however often they are taken', async () => {
  assert.deepEqual(sum(await collect({}, true)), sum(await collect()));
});

test('what is remembered of all containers is bounded; those forgotten for it do not start anew', async () => {
  const whole = new Map(sum(await collect()));
  const { taken, activity } = await run({ mostBytes: 8000 }, true);
  assert.ok(activity.forgotten() > 0);
  const bounded = sum(taken);
  assert.ok(bounded.length > whole.size / 2, `${bounded.length} of ${whole.size}`);
  for (const [what, [count, starts]] of bounded) {
    const [counted = 0, started = 0] = whole.get(what) ?? [];
    assert.ok(count <= counted && starts <= started, `${what}: ${starts} starts, ${started} in truth`);
  }
});

test('counts and starts add up to the same, wherever earlier runs ended', async () => {
  const whole = sum(await collect());
  const first = await run({}, true, 2);
  const second = await run({ handled: first.activity.handled() }, true, 5);
  assert.ok(second.activity.handled() > first.activity.handled());
  const third = await run({ handled: second.activity.handled() }, false);
  assert.deepEqual(sum([...first.taken, ...second.taken, ...third.taken]), whole);
  const fourth = await run({ handled: third.activity.handled() }, true);
  assert.deepEqual(fourth.taken, []);
});

test('after a pause the starts of containers that ran through it are not counted again, those of others are', async () => {
  const pause = 1_000_000_000_000_000_000n;
  /** As from /proc: there it is known since when processes run. */
  async function* withTimes(): AsyncGenerator<CaptureSection> {
    for await (const section of readCapture(`${recording}.scap.gz`)) {
      if (section.kind !== 'processes') yield section;
      else {
        const processes = section.processes.map((entry) => ({
          ...entry,
          cloneTime: textFromBytes(entry.comm) === 'dnsmasq' ? pause + 1n : pause - 1n,
        }));
        yield { ...section, processes };
      }
    }
  }
  const activity = createActivityCollector({ catalogue, watchedUntil: pause });
  const watch = createSectionsWatch({
    ...{ rules: [], activity, catalogue, containers, drops: defaultDropPolicy },
    ...{ isFirstOnly: false, isIsoTime: true, hostname: undefined },
    onAlert: () => undefined,
  });
  await watch.run(withTimes(), () => 0);
  const starts = new Map<string, Set<number>>();
  for (const told of activity.take()) {
    starts.set(told.workload, (starts.get(told.workload) ?? new Set()).add(told.starts));
  }
  assert.deepEqual(starts.get('kube-system/etcd/etcd'), new Set([0]));
  assert.deepEqual(starts.get('kube-system/kube-scheduler/kube-scheduler'), new Set([0]));
  assert.deepEqual(starts.get('kube-system/kube-dns/dnsmasq'), new Set([1]));
});

test('what lies outside of the time that is looked at is left out', async () => {
  const before = await collect({ until: 5_000_000_000n });
  assert.deepEqual(valuesOf(before, 'kube-system/etcd/etcd', 'program'), ['/usr/local/bin/etcd']);
  const [first] = before;
  const later = await collect({ from: 5_000_000_000n });
  assert.ok(later.every((activity) => activity.first >= first!.first));
});
