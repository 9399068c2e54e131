import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '@seawall/base';
import { type FindingGroup, type Occurrence, openStore, type Store } from '@seawall/store';
import { type NotificationChannel, notificationChannelSpec } from '../../channel/channel.ts';
import { createNotifier, type Notifier, type NotifierOptions } from '../notifier.ts';

/** A real store in a folder of its own, a clock that stands still, and what happens in it. */
export interface World {
  readonly path: string;
  readonly store: Store;
  readonly clock: ReturnType<typeof createManualClock>;
  /** Stores that something happened, as the agent does. */
  occur(notifier: Notifier, ...occurrences: readonly Occurrence[]): Promise<void>;
  /** A notifier that begins where the last one stopped. */
  notifier(changes?: Partial<NotifierOptions>): Promise<Notifier>;
  channels: readonly NotificationChannel[];
  /** All entries of the outbox, oldest first. */
  entries(): Promise<{ channel: string; event: string; kind: string; key: string; payload: unknown }[]>;
  groups(): Promise<readonly FindingGroup[]>;
  close(): Promise<void>;
}

export function channelOf(name: string, spec: object): NotificationChannel {
  return { name, spec: notificationChannelSpec.parse(spec) };
}

/** A webhook that goes nowhere: for what is decided, not sent. */
export function plainChannel(name: string, changes: object = {}): NotificationChannel {
  return channelOf(name, { webhook: { url: 'http://127.0.0.1:1/' }, ...changes });
}

export function createWorld(channels: readonly NotificationChannel[]): World {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-outbox-'));
  const path = join(folder, 'store.db');
  // A Tuesday, noon in UTC.
  const clock = createManualClock(Date.parse('2026-11-24T12:00:00Z'));
  const store = openStore({ path, clock });
  const world: World = {
    ...{ path, store, clock, channels },
    async occur(notifier, ...occurrences) {
      const { memory, follow } = notifier.announce(occurrences);
      await follow(await store.commit({ occurrences, memory }));
    },
    notifier: (changes = {}) =>
      createNotifier({
        ...{ store, clock },
        channels: () => world.channels,
        policy: () => ({
          channelNames: world.channels.map(({ name }) => name),
          throttle: { summaryEveryMilliseconds: undefined },
        }),
        ...changes,
      }),
    async entries() {
      const found = [];
      for (let after: string | undefined; ; ) {
        const page = await store.outbox({}, { limit: 500, ...(after === undefined ? {} : { after }) });
        found.push(...page.items);
        after = page.next;
        if (after === undefined) break;
      }
      return found.reverse().map(({ channel, event, deduplicationKey, payload }) => {
        const { kind } = payload as { kind: string };
        return { channel, event, kind, key: deduplicationKey, payload };
      });
    },
    groups: async () => (await store.groups({}, { limit: 500 })).items,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

let occurred = 0;

/** Something that happened now, in a group of that name. */
export function occurrenceOf(
  clock: World['clock'],
  group = 'a',
  changes: Partial<Omit<Occurrence, 'group'>> & { readonly group?: Partial<Occurrence['group']> } = {},
): Occurrence {
  const { group: ofGroup, ...rest } = changes;
  return {
    key: `occurrence ${occurred++}`,
    group: {
      key: `group ${group}`,
      policy: 'etcd',
      rule: `rule ${group}`,
      source: 'syscall',
      priority: 'Error',
      severity: 'high',
      tags: ['etcd'],
      runbook: undefined,
      pattern: `something happened in ${group}`,
      ...ofGroup,
    },
    time: BigInt(Math.floor(clock.now())) * 1_000_000n + BigInt(occurred % 1_000_000),
    output: `something happened in ${group}`,
    fields: { 'proc.name': 'sh' },
    workload: {
      node: 'control-1',
      cluster: undefined,
      namespace: 'kube-system',
      pod: 'etcd-control-1',
      podLabels: { component: 'etcd' },
      container: undefined,
    },
    ancestry: [],
    isStateComplete: true,
    mode: 'alert',
    ...rest,
  };
}
