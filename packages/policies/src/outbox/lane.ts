import { isSeawallError, timeoutSignal } from '@seawall/base';
import type { OutboxEntry, Store } from '@seawall/store';
import type { Attempt, Send } from '../channel/attempt.ts';
import type { NotificationChannel } from '../channel/channel.ts';
import { millisecondsOf } from '../channel/duration.ts';
import type { Notice } from '../channel/notice.ts';
import { compareSeverities } from '../channel/routing.ts';
import { CLOCK_SPREAD, channelPause, givenUp, longestDelay, retryDelay } from './backoff.ts';
import { createSequence } from './sequence.ts';

/** What happened to a message, for logs and metrics; errors hold no secret. */
export type CourierReport = { readonly channel: string } & (
  | { readonly kind: 'delivered'; readonly entry: OutboxEntry }
  | { readonly kind: 'retried'; readonly entry: OutboxEntry; readonly error: string; readonly due: number }
  | { readonly kind: 'dead'; readonly entry: OutboxEntry; readonly error: string }
  /** The store didn't take or give; it is asked again. */
  | { readonly kind: 'store-failed'; readonly error: unknown }
);

export interface LaneOptions {
  readonly name: string;
  readonly store: Pick<Store, 'dueOutbox' | 'outbox' | 'settle'>;
  /** Milliseconds since the epoch, never going back. */
  readonly time: () => number;
  readonly random: () => number;
  /** So many messages are on their way at once, while the channel works. */
  readonly concurrency: number;
  /** The channel as it is now, ready to send; undefined where there is none of that name any more. */
  current(): { readonly channel: NotificationChannel; readonly send: Send } | undefined;
  readonly isStopping: () => boolean;
  /** Ends what is on its way. */
  readonly abort: AbortSignal;
  report(report: CourierReport): void;
}

/** One channel's way out of the outbox; whatever happens on it touches no other. */
export interface Lane {
  /** Sends what is due, until nothing is or the channel is to be left alone. Never fails. */
  run(): Promise<void>;
  statistics(): LaneStatistics;
}

export interface LaneStatistics {
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly dead: number;
  readonly inFlight: number;
  /** Failures in a row: 0 while the channel works. */
  readonly failures: number;
  readonly lastError: string | undefined;
}

type Outcome = Parameters<Store['settle']>[1];

const PAGE = 50;

const LONGEST_PAGE = 5000;

/** How long the lane rests when the store fails. */
const STORE_PAUSE = 1000;

/** A sender that doesn't end with its signal is left behind after this many milliseconds. */
const GRACE = 500;

const kinds = new Set<unknown>([
  'finding',
  'summary',
  'decision',
  'digest',
  'test',
] satisfies Notice['kind'][]);

export function createLane(options: LaneOptions): Lane {
  const { name, store, time, random, concurrency, isStopping, abort, report } = options;
  const sequence = createSequence();
  /** How attempts ended that the store could not write down yet: they are not sent again meanwhile. */
  const unsettled = new Map<number, { readonly entry: OutboxEntry; readonly outcome: Outcome }>();
  let isPrimed = false;
  let pausedUntil = 0;
  let failures = 0;
  let [delivered, failedAttempts, dead, inFlight] = [0, 0, 0, 0];
  let lastError: string | undefined;

  /**
   * Entries that failed in the run before: others may have to wait for them. Those that are due later than any failure puts them off
   * were put off by a clock that has been set back since.
   */
  async function prime({ spec }: NotificationChannel): Promise<void> {
    const now = Math.floor(time());
    const farthest = now + longestDelay(spec.retry) + CLOCK_SPREAD;
    const due = BigInt(now) * 1_000_000n;
    let after: string | undefined;
    do {
      const page = { limit: 500, ...(after === undefined ? {} : { after }) };
      const { items, next } = await store.outbox({ channel: name, states: ['waiting'] }, page);
      for (const entry of items) {
        const isPutOff = Number(entry.due / 1_000_000n) > farthest;
        if (entry.attempts > 0 || isPutOff) sequence.stays(entry);
        if (!isPutOff) continue;
        await store.settle(entry.id, {
          kind: 'retry',
          due,
          error: entry.lastError ?? 'the clock was set back',
        });
      }
      after = next;
    } while (after !== undefined);
    isPrimed = true;
  }

  async function nextEntries(): Promise<OutboxEntry[]> {
    for (let limit = PAGE; ; limit *= 10) {
      const due = await store.dueOutbox(name, BigInt(Math.floor(time())) * 1_000_000n, limit);
      const free: OutboxEntry[] = [];
      for (const entry of due.toSorted((left, right) => left.id - right.id)) {
        if (unsettled.has(entry.id)) continue;
        if (sequence.mustWait(entry)) sequence.stays(entry);
        else free.push(entry);
      }
      // Where all of a page waits for others, what is behind it need not.
      if (free.length > 0 || due.length < limit || limit >= LONGEST_PAGE)
        return worstFirst(firstOfGroups(free));
    }
  }

  async function settle(entry: OutboxEntry, outcome: Outcome): Promise<void> {
    unsettled.set(entry.id, { entry, outcome });
    await store.settle(entry.id, outcome);
    unsettled.delete(entry.id);
    if (outcome.kind === 'retry') sequence.stays(entry);
    else sequence.left(entry);
  }

  async function deliver(entry: OutboxEntry, channel: NotificationChannel, send: Send): Promise<void> {
    const { retry } = channel.spec;
    inFlight++;
    const attempt = await attemptOnce(entry, send, millisecondsOf(retry.timeout), abort).finally(
      () => inFlight--,
    );
    // Cut short by us, which says nothing of the channel: the next run sends it.
    if (attempt === undefined) return;
    const now = time();
    if (attempt.kind === 'delivered') {
      failures = 0;
      delivered++;
      await settle(entry, { kind: 'delivered', time: BigInt(Math.floor(now)) * 1_000_000n });
      report({ channel: name, kind: 'delivered', entry });
      return;
    }
    lastError = attempt.error;
    failedAttempts++;
    if (attempt.kind === 'retry') {
      pausedUntil = now + Math.max(channelPause(failures++, random()), attempt.afterMilliseconds ?? 0);
    } else {
      failures = 0;
    }
    const age = now - Number(entry.created / 1_000_000n);
    const end = attempt.kind === 'rejected' ? 'refused for good' : givenUp(entry.attempts + 1, age, retry);
    if (end !== undefined) {
      dead++;
      const error = `${end}: ${attempt.error}`;
      await settle(entry, { kind: 'dead', error });
      report({ channel: name, kind: 'dead', entry, error });
      return;
    }
    const wait = attempt.kind === 'retry' ? (attempt.afterMilliseconds ?? 0) : 0;
    const due = Math.floor(now + Math.max(wait, retryDelay(entry.attempts, retry, random())));
    await settle(entry, { kind: 'retry', due: BigInt(due) * 1_000_000n, error: attempt.error });
    report({ channel: name, kind: 'retried', entry, error: attempt.error, due });
  }

  async function run(): Promise<void> {
    try {
      for (const { entry, outcome } of [...unsettled.values()]) await settle(entry, outcome);
      while (!isStopping() && time() >= pausedUntil) {
        const current = options.current();
        if (current === undefined) return;
        if (!isPrimed) await prime(current.channel);
        const entries = await nextEntries();
        if (entries.length === 0) return;
        const chosen = entries.slice(0, failures > 0 ? 1 : concurrency);
        const ended = await Promise.allSettled(
          chosen.map((entry) => deliver(entry, current.channel, current.send)),
        );
        const failed = ended.find((result) => result.status === 'rejected');
        if (failed !== undefined) throw failed.reason;
      }
    } catch (error) {
      pausedUntil = time() + STORE_PAUSE;
      report({ channel: name, kind: 'store-failed', error });
    }
  }

  let running: Promise<void> | undefined;
  return {
    run() {
      running ??= run().finally(() => {
        running = undefined;
      });
      return running;
    },
    statistics: () => ({ delivered, failedAttempts, dead, inFlight, failures, lastError }),
  };
}

/** What is bad doesn't wait for what is not, however long that has waited already. */
function worstFirst(entries: readonly OutboxEntry[]): OutboxEntry[] {
  return entries.toSorted((left, right) => compareSeverities(left.severity, right.severity));
}

/** Of each group the oldest entry alone: they leave in their order. */
function firstOfGroups(entries: readonly OutboxEntry[]): OutboxEntry[] {
  const groups = new Set<string>();
  return entries.filter(({ group }) => {
    if (group === undefined) return true;
    const isFirst = !groups.has(group);
    groups.add(group);
    return isFirst;
  });
}

/** @returns undefined where it was us who ended it. */
async function attemptOnce(
  { event, deduplicationKey, payload }: OutboxEntry,
  send: Send,
  timeout: number,
  abort: AbortSignal,
): Promise<Attempt | undefined> {
  if (!isNotice(payload)) {
    return { kind: 'rejected', error: 'the entry holds no notice that this version knows' };
  }
  const limit = timeoutSignal(timeout);
  const signal = AbortSignal.any([limit, abort]);
  const tooLate = { kind: 'retry', error: `no answer within ${timeout} ms` } as const;
  let timer: NodeJS.Timeout | undefined;
  const leftBehind = new Promise<Attempt>((resolve) => {
    signal.addEventListener('abort', () => {
      timer = setTimeout(() => resolve(tooLate), GRACE);
    });
  });
  try {
    const attempt = await Promise.race([
      send({ event, deduplicationKey, notice: payload }, signal).catch(asAttempt),
      leftBehind,
    ]);
    if (attempt.kind === 'delivered') return attempt;
    if (abort.aborted) return undefined;
    return limit.aborted ? tooLate : attempt;
  } finally {
    clearTimeout(timer);
  }
}

/** A sender that fails otherwise than it says has a fault; the message waits, and the fault is told. */
function asAttempt(error: unknown): Attempt {
  const text = isSeawallError(error) ? error.message : `a fault of Seawall’s: ${String(error)}`;
  return { kind: 'retry', error: text };
}

function isNotice(payload: unknown): payload is Notice {
  return typeof payload === 'object' && payload !== null && 'kind' in payload && kinds.has(payload.kind);
}
