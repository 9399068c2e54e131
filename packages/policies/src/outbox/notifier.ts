import type { Clock } from '@seawall/base';
import type { CommitReport, FindingGroup, NewOutboxEntry, Occurrence, Store } from '@seawall/store';
import {
  type NotificationChannel,
  type NotificationChannelSpec,
  takesDecisions,
} from '../channel/channel.ts';
import { millisecondsOf } from '../channel/duration.ts';
import type { Throttle } from '../policy/policy.ts';
import { acceptsGroup } from './accepts.ts';
import { decisionEntry, digestEntry, groupEntry } from './entries.ts';
import { decideGroup, isOver } from './group-decision.ts';
import {
  type ChannelMemory,
  type GroupMemory,
  type HeldItem,
  MEMORY_PREFIX,
  memoryKeys,
  type Pending,
  readMemory,
} from './memory.ts';
import { placeItem, releaseHeld, releaseOrphaned } from './placing.ts';

/** What the notifier needs to know of a policy. */
export interface NotifyingPolicy {
  /** Channels that it tells, by name. */
  readonly channelNames: readonly string[];
  readonly throttle: Throttle;
}

export interface NotifierOptions {
  readonly store: Pick<Store, 'commit' | 'group' | 'groups' | 'memory'>;
  readonly clock: Clock;
  /** The channels as they are configured now; asked for each decision, so that a reload counts at once. */
  channels(): readonly NotificationChannel[];
  /** A policy as it is now; undefined where there is none of that name any more: nobody is told then. */
  policy(name: string): NotifyingPolicy | undefined;
  /** Messages were put into the outbox: the courier may look at once. */
  onMessages?(): void;
}

/** Occurrences that are about to be stored. */
export interface Announcement {
  /** To be committed together with them: with it a crash between their commit and `follow` loses no message. */
  readonly memory: ReadonlyMap<string, string>;
  /** Decides who is told of them, and commits that. @throws those of `commit`; `tick` then makes up for it. */
  follow(report: CommitReport): Promise<void>;
}

/** Decides who is told what, and when: makes entries of the outbox. Its calls wait for each other. */
export interface Notifier {
  /** To be called before occurrences are committed. */
  announce(occurrences: readonly Occurrence[]): Announcement;
  /** A person acknowledged, resolved or re-opened a group. @throws those of `commit` */
  decided(group: FindingGroup): Promise<void>;
  /**
   * To be called every few seconds: summaries that are due, what was held back, decisions that were made by other
   * processes, and what failed before. @throws those of the store; nothing is lost then
   */
  tick(): Promise<void>;
}

/** Groups of which a decision made elsewhere is looked for, in each tick. */
const LOOKED_AT = 200;

/** A group that was not told for so long is forgotten: when it occurs again, it is told at once. */
const REMEMBERED = 30 * 86_400_000;

const MOST_REMEMBERED = 20_000;

/**
 * Goes on where the last run stopped: what it has told, what waits, and occurrences that were stored but not decided on.
 * @throws those of the store
 */
export async function createNotifier(options: NotifierOptions): Promise<Notifier> {
  const { store, clock } = options;
  const memory = readMemory(await store.memory(MEMORY_PREFIX));
  /** Groups about which something is to be decided, by key, and the marks that say so in the store. */
  const owed = new Map<string, FindingGroup>();
  const marks = new Set<string>();
  let announced = 0;
  let lookedAt = 0;
  let queue: Promise<void> = Promise.resolve();

  for (const [name, pending] of memory.pending) {
    for (const group of await groupsOf(pending, store)) owed.set(group.key, group);
    marks.add(name);
  }

  /** One after the other: two that decide about the same group at once would both tell it. */
  function inOrder(work: () => Promise<void>): Promise<void> {
    const mine = queue.then(work);
    queue = mine.catch(() => undefined);
    return mine;
  }

  /** Decides about all that is owed, and commits it; in memory it counts only once it is committed. */
  async function settle(releases: readonly string[] = []): Promise<void> {
    const now = clock.now();
    const draft = createDraft(memory, options.channels(), now);
    for (const group of owed.values()) decide(group, draft, now);
    for (const name of releases) await release(name, draft);
    const { outbox, groups, channels } = draft;
    if (outbox.length === 0 && groups.size === 0 && channels.size === 0 && marks.size === 0) {
      owed.clear();
      return;
    }
    const settledMarks = [...marks];
    const settledGroups = [...owed];
    await store.commit({
      outbox,
      memory: new Map([
        ...[...groups].map(([key, value]) => [memoryKeys.group(key), textOf(value)] as const),
        ...[...channels].map(([name, value]) => [memoryKeys.channel(name), textOf(value)] as const),
        ...settledMarks.map((name) => [memoryKeys.pending(name), undefined] as const),
      ]),
    });
    for (const name of settledMarks) marks.delete(name);
    for (const [key, group] of settledGroups) if (owed.get(key) === group) owed.delete(key);
    for (const [key, value] of groups) setOrDelete(memory.groups, key, value);
    for (const [name, value] of channels) setOrDelete(memory.channels, name, value);
    if (outbox.length > 0) options.onMessages?.();
  }

  function decide(group: FindingGroup, draft: Draft, now: number): void {
    const known = draft.group(group.key);
    const identity = { id: group.id, policy: group.policy, state: group.state };
    if (group.state !== 'open') {
      if (known === undefined || group.state === known.state) return;
      for (const { name, spec } of draft.channelList) {
        if (!known.channels[name]?.hasMessage || !takesDecisions(spec)) continue;
        draft.outbox.push(decisionEntry(name, group, now));
      }
      const heard = Object.entries(known.channels).map(
        ([name, told]) => [name, { ...told, count: group.count }] as const,
      );
      draft.groups.set(group.key, { ...identity, isWaiting: false, channels: Object.fromEntries(heard) });
      return;
    }
    const policy = options.policy(group.policy);
    const channels = { ...known?.channels };
    let isWaiting = false;
    let isTold = false;
    for (const { name, spec } of draft.channelList) {
      if (!policy?.channelNames.includes(name) || !acceptsGroup(spec, group)) continue;
      const told = channels[name];
      const decision = decideGroup(group, known?.state, told, intervalOf(policy, spec), now);
      isWaiting ||= decision === 'wait';
      if (decision === 'nothing' || decision === 'wait') continue;
      const { id, key, severity } = group;
      const item: HeldItem = {
        ...{ id, key, severity, kind: decision, fromCount: told?.count ?? 0, since: told?.at ?? now },
      };
      const placing = placeItem(item, spec, draft.channel(name), now);
      draft.channels.set(name, placing.memory);
      if (placing.isSent) draft.outbox.push(groupEntry(name, item, group, now));
      const hasMessage = placing.isSent || (told?.hasMessage ?? false);
      channels[name] = { at: now, count: group.count, hasMessage };
      isTold = true;
    }
    const hasChanged =
      isTold || (known !== undefined && (known.isWaiting !== isWaiting || known.state !== 'open'));
    if (hasChanged) draft.groups.set(group.key, { ...identity, isWaiting, channels });
  }

  /** Lets go what a channel held back, as the groups are now; what people are at already isn't told any more. */
  async function release(name: string, draft: Draft): Promise<void> {
    const channel = draft.channelList.find((candidate) => candidate.name === name);
    const before = draft.channel(name);
    if (before === undefined) return;
    const now = clock.now();
    // What a channel held that is not there any more waits in the outbox for it to come back, as its messages do.
    const released =
      channel === undefined ? releaseOrphaned(before, now) : releaseHeld(before, channel.spec, now);
    if (released === undefined) return;
    const { held, isDigest } = released;
    const found: [HeldItem, FindingGroup][] = [];
    for (const item of held.items) {
      const group = await store.group(item.id);
      if (group?.state === 'open') found.push([item, group]);
    }
    draft.channels.set(name, released.memory);
    if (found.length === 0 && held.furtherGroups === 0) return;
    if (isDigest) draft.outbox.push(digestEntry(name, held, found, now));
    for (const [item, group] of found) {
      if (!isDigest) draft.outbox.push(groupEntry(name, item, group, now));
      const known = draft.group(group.key);
      const told = known?.channels[name];
      if (known === undefined || told === undefined) continue;
      const heard = { at: now, count: group.count, hasMessage: told.hasMessage || !isDigest };
      draft.groups.set(group.key, { ...known, channels: { ...known.channels, [name]: heard } });
    }
  }

  function isDue({ policy, channels }: GroupMemory, now: number): boolean {
    const found = options.policy(policy);
    return options.channels().some(({ name, spec }) => {
      const told = channels[name];
      return told !== undefined && isOver(told, intervalOf(found, spec), now);
    });
  }

  /** Groups that have something to say by now, and some whose state another process may have changed. */
  async function lookAround(now: number): Promise<void> {
    const ids = new Set<number>();
    for (const known of memory.groups.values()) {
      if (known.isWaiting && isDue(known, now)) ids.add(known.id);
    }
    const unresolved = [...memory.groups.values()].filter(({ state }) => state !== 'resolved');
    for (let count = 0; count < Math.min(LOOKED_AT, unresolved.length); count++) {
      ids.add(unresolved[lookedAt++ % unresolved.length]!.id);
    }
    for (const id of ids) {
      const group = await store.group(id);
      const known = group && memory.groups.get(group.key);
      if (known === undefined || owed.has(group!.key)) continue;
      if (known.isWaiting || known.state !== group!.state) owed.set(group!.key, group!);
    }
  }

  /**
   * Forgets what was not told for long, and where there are too many, the oldest: those first that had no message of their own, since
   * of the others a receiver may have an incident that is to be closed.
   */
  async function forget(now: number): Promise<void> {
    const old = [...memory.groups].filter(
      ([, group]) => !group.isWaiting && now - lastTold(group) > REMEMBERED,
    );
    const excess = memory.groups.size - old.length - MOST_REMEMBERED;
    if (excess > 0) {
      const known = new Set(old.map(([key]) => key));
      const rest = [...memory.groups].filter(([key]) => !known.has(key));
      rest.sort(
        ([, left], [, right]) =>
          Number(hasMessage(left)) - Number(hasMessage(right)) || lastTold(left) - lastTold(right),
      );
      old.push(...rest.slice(0, excess));
    }
    if (old.length === 0) return;
    await store.commit({ memory: new Map(old.map(([key]) => [memoryKeys.group(key), undefined])) });
    for (const [key] of old) memory.groups.delete(key);
  }

  return {
    announce(occurrences) {
      const now = clock.now();
      const spoken = occurrences.filter(({ mode }) => mode !== 'shadow');
      const undecided = spoken.filter(({ group }) => {
        const known = memory.groups.get(group.key);
        return known === undefined || known.state !== 'open' || !known.isWaiting || isDue(known, now);
      });
      const name = `${now}-${announced++}`;
      return {
        memory:
          undecided.length === 0
            ? new Map()
            : new Map([[memoryKeys.pending(name), JSON.stringify(pendingOf(undecided))]]),
        follow: (report) =>
          inOrder(async () => {
            if (undecided.length > 0) marks.add(name);
            const repeated = new Set(report.known);
            for (const { key, group } of spoken) {
              const stored = report.groups.get(group.key);
              if (stored !== undefined && !repeated.has(key)) owed.set(group.key, stored);
            }
            await settle();
          }),
      };
    },
    decided: (group) =>
      inOrder(async () => {
        if (!memory.groups.has(group.key)) return;
        owed.set(group.key, group);
        await settle();
      }),
    tick: () =>
      inOrder(async () => {
        const now = clock.now();
        await lookAround(now);
        const held = [...memory.channels].filter(([, channel]) => channel.held !== undefined);
        await settle(held.map(([name]) => name));
        await forget(now);
      }),
  };
}

/** What is decided but not committed yet. */
interface Draft {
  readonly channelList: readonly NotificationChannel[];
  readonly outbox: NewOutboxEntry[];
  readonly groups: Map<string, GroupMemory>;
  readonly channels: Map<string, ChannelMemory | undefined>;
  group(key: string): GroupMemory | undefined;
  channel(name: string): ChannelMemory | undefined;
}

function createDraft(
  memory: {
    readonly groups: ReadonlyMap<string, GroupMemory>;
    readonly channels: ReadonlyMap<string, ChannelMemory>;
  },
  channelList: readonly NotificationChannel[],
  now: number,
): Draft {
  const groups = new Map<string, GroupMemory>();
  const channels = new Map<string, ChannelMemory | undefined>();
  return {
    channelList,
    outbox: [],
    groups,
    channels,
    group: (key) => groups.get(key) ?? memory.groups.get(key),
    channel(name) {
      const known = channels.has(name) ? channels.get(name) : memory.channels.get(name);
      // Filled in the future: before the clock was set back.
      return known !== undefined && known.filledAt > now ? { ...known, filledAt: now } : known;
    },
  };
}

function pendingOf(occurrences: readonly Occurrence[]): Pending {
  let [from, to] = [occurrences[0]!.time, occurrences[0]!.time];
  for (const { time } of occurrences) {
    if (time < from) from = time;
    if (time > to) to = time;
  }
  const keys = [...new Set(occurrences.map(({ group }) => group.key))];
  return { keys, from: String(from), to: String(to) };
}

/** The groups that a mark names, wherever they are among those of its time. */
async function groupsOf(
  { keys, from, to }: Pending,
  store: NotifierOptions['store'],
): Promise<FindingGroup[]> {
  const wanted = new Set(keys);
  const found: FindingGroup[] = [];
  let after: string | undefined;
  do {
    const filter = { from: BigInt(from), to: BigInt(to) + 1n };
    const page = await store.groups(filter, { limit: 200, ...(after === undefined ? {} : { after }) });
    for (const group of page.items) if (wanted.delete(group.key)) found.push(group);
    after = page.next;
  } while (after !== undefined && wanted.size > 0);
  return found;
}

function intervalOf(policy: NotifyingPolicy | undefined, { summaryEvery }: NotificationChannelSpec): number {
  return policy?.throttle.summaryEveryMilliseconds ?? millisecondsOf(summaryEvery);
}

function lastTold({ channels }: GroupMemory): number {
  return Math.max(0, ...Object.values(channels).map(({ at }) => at));
}

function hasMessage({ channels }: GroupMemory): boolean {
  return Object.values(channels).some((told) => told.hasMessage);
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function setOrDelete<Value>(into: Map<string, Value>, key: string, value: Value | undefined): void {
  if (value === undefined) into.delete(key);
  else into.set(key, value);
}
