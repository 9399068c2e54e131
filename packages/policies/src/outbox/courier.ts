import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@seawall/base';
import type { OutboxEntry, Store } from '@seawall/store';
import type { Send } from '../channel/attempt.ts';
import type { NotificationChannel } from '../channel/channel.ts';
import { type CourierReport, createLane, type Lane, type LaneStatistics } from './lane.ts';
import { createSteadyTime } from './steady-time.ts';

export interface CourierOptions {
  readonly store: Pick<Store, 'dueOutbox' | 'outbox' | 'settle'>;
  readonly clock: Clock;
  /** The channels as they are configured now: a changed one counts from its next message on. */
  channels(): readonly NotificationChannel[];
  /** Makes a channel ready to send. */
  createSend(channel: NotificationChannel): Send;
  /** What happens to messages, for logs and metrics. */
  report(report: CourierReport): void;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
  /** Messages of one channel that are on their way at once. */
  readonly concurrency?: number;
}

/** Takes messages from the outbox to where they belong: each at least once, or it is a dead letter. */
export interface Courier {
  /** Looks for what is due every second from now on. */
  start(): void;
  /** Looks at once: something was put into the outbox. */
  wake(): void;
  /** Sends everything that is due now, once; channels that fail are left alone for a while. Never fails. */
  drain(): Promise<void>;
  /**
   * Sends until nothing waits any more, also what fails and is tried again, but no longer than this: where nothing is due
   * before that, it ends at once. Never fails.
   * @returns how many messages still wait.
   */
  finish(withinMilliseconds: number): Promise<number>;
  /** Lets what is on its way arrive, so long; what has not is sent again by the next run. */
  stop(withinMilliseconds: number): Promise<void>;
  /** By channel. */
  statistics(): ReadonlyMap<string, LaneStatistics>;
}

const PERIOD = 1000;

/** Between two looks whether anything waits still, at least. */
const SHORTEST_LOOK = 100;

/** Messages for a channel that is not there any more become dead letters after this. */
const ORPHANED = 86_400_000;

const BURIAL_PERIOD = 60_000;

export function createCourier(options: CourierOptions): Courier {
  const { store, clock, report, random = Math.random, concurrency = 4 } = options;
  const time = createSteadyTime(clock);
  const lanes = new Map<string, Lane>();
  const senders = new Map<string, { readonly channel: NotificationChannel; readonly send: Send }>();
  const abort = new AbortController();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let buriedAt = Number.NEGATIVE_INFINITY;

  function current(name: string): { readonly channel: NotificationChannel; readonly send: Send } | undefined {
    const channel = options.channels().find((candidate) => candidate.name === name);
    if (channel === undefined) return undefined;
    const known = senders.get(name);
    if (known?.channel.spec === channel.spec) return known;
    const made = { channel, send: options.createSend(channel) };
    senders.set(name, made);
    return made;
  }

  function laneOf(name: string): Lane {
    let lane = lanes.get(name);
    if (lane === undefined) {
      lane = createLane({
        ...{ name, store, time, random, concurrency, report },
        current: () => current(name),
        isStopping: () => stopping.signal.aborted,
        abort: abort.signal,
      });
      lanes.set(name, lane);
    }
    return lane;
  }

  async function* waitingEntries(): AsyncGenerator<OutboxEntry> {
    let after: string | undefined;
    do {
      const page = { limit: 500, ...(after === undefined ? {} : { after }) };
      const { items, next } = await store.outbox({ states: ['waiting'] }, page);
      yield* items;
      after = next;
    } while (after !== undefined);
  }

  /** How many messages wait, and when the first is due of those that have a channel: milliseconds since the epoch. */
  async function lookAtWaiting(): Promise<{ readonly count: number; readonly due: number }> {
    const names = new Set(options.channels().map(({ name }) => name));
    let count = 0;
    let due = Number.POSITIVE_INFINITY;
    for await (const entry of waitingEntries()) {
      count += 1;
      if (names.has(entry.channel)) due = Math.min(due, Number(entry.due / 1_000_000n));
    }
    return { count, due };
  }

  /** What nobody will ever send is put where people see it. */
  async function buryOrphans(): Promise<void> {
    const now = time();
    if (now - buriedAt < BURIAL_PERIOD) return;
    buriedAt = now;
    const names = new Set(options.channels().map(({ name }) => name));
    try {
      for await (const entry of waitingEntries()) {
        if (names.has(entry.channel) || now - Number(entry.created / 1_000_000n) < ORPHANED) continue;
        const error = `there is no channel ${entry.channel} any more`;
        await store.settle(entry.id, { kind: 'dead', error });
        report({ channel: entry.channel, kind: 'dead', entry, error });
      }
    } catch (error) {
      report({ channel: '', kind: 'store-failed', error });
    }
  }

  function runAll(): Promise<unknown> {
    if (stopping.signal.aborted) return Promise.resolve();
    const names = options.channels().map(({ name }) => name);
    return Promise.all([...names.map((name) => laneOf(name).run()), buryOrphans()]);
  }

  return {
    start() {
      timer ??= setInterval(runAll, PERIOD);
      void runAll();
    },
    wake() {
      void runAll();
    },
    async drain() {
      await runAll();
    },
    async finish(withinMilliseconds) {
      const end = time() + withinMilliseconds;
      let count = 0;
      for (;;) {
        await runAll();
        let due = 0;
        try {
          ({ count, due } = await lookAtWaiting());
        } catch (error) {
          report({ channel: '', kind: 'store-failed', error });
        }
        const now = time();
        if (count === 0 || due > end || now >= end || stopping.signal.aborted) return count;
        const pause = Math.min(PERIOD, end - now, Math.max(SHORTEST_LOOK, due - now));
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    },
    async stop(withinMilliseconds) {
      stopping.abort();
      clearInterval(timer);
      const ended = Promise.all([...lanes.values()].map((lane) => lane.run()));
      const patience = new AbortController();
      await Promise.race([
        ended,
        sleep(withinMilliseconds, undefined, { signal: patience.signal }).catch(() => undefined),
      ]);
      patience.abort();
      abort.abort();
      await ended;
    },
    statistics: () => new Map([...lanes].map(([name, lane]) => [name, lane.statistics()])),
  };
}
