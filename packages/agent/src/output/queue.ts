import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, reasonOf } from '@seawall/base';
import { priorities } from '@seawall/rules';
import { countOf } from '../daemon/count-text.ts';
import {
  NO_PRIORITIES,
  type PriorityCounts,
  priorityIndex,
  priorityText,
  urgencyOf,
} from '../ledger/rank.ts';
import { createRankedQueue, type Queued } from '../ranked-queue.ts';
import type { Output, OutputName, RenderedAlert } from './output.ts';
import { isFinal } from './refusal.ts';

/** What is worth telling the operator about an output; what repeats, once a minute and with how often. */
export interface OutputReport {
  readonly output: OutputName;
  readonly kind: 'failed' | 'shed' | 'stuck' | 'recovered';
  readonly detail: string;
}

export interface OutputStatistics {
  readonly written: number;
  /** Left out because too many waited, or the end had come: the least urgent first. */
  readonly shed: PriorityCounts;
  /** Refused for good by the receiver, or not written before the end. */
  readonly failed: number;
  readonly waiting: number;
  /** Whether the last attempt failed. */
  readonly isFailing: boolean;
  readonly lastError: string | undefined;
}

export interface OutputQueueOptions {
  readonly capacity: number;
  /** Milliseconds after which an output counts as stuck. */
  readonly timeout: number;
  /** Whether alerts may wait a second for others to be written with. */
  readonly isBuffered: boolean;
  readonly clock: Clock;
  report(report: OutputReport): void;
  /** Milliseconds until what failed is tried again. */
  readonly retryAfter?: number;
}

/** Alerts on their way to one output; a broken one holds up nobody else. */
export interface OutputQueue {
  readonly name: OutputName;
  /** Never waits: what doesn't fit is counted, said, and left out, the least urgent first. */
  push(alert: RenderedAlert): void;
  reopen(): Promise<void>;
  /** Ends when everything that waits now is written, or the time is over. */
  flush(withinMilliseconds: number): Promise<void>;
  /** Writes what waits, so long, then closes the output; the rest counts as failed. */
  close(withinMilliseconds: number): Promise<void>;
  statistics(): OutputStatistics;
}

const BUFFERED_FOR = 1000;

/** As many as are written at once even where they could wait. */
const BUFFER_FULL = 500;

const TELL_EVERY = 60_000;

const RETRY_AFTER = 1000;

/** What becomes of alerts that were not written. */
const TRIED_AGAIN = 'alerts wait, and it is tried again';
const LEFT_OUT = 'it is not tried again';

export function createOutputQueue(output: Output, options: OutputQueueOptions): OutputQueue {
  const { capacity, timeout, isBuffered, clock, retryAfter = RETRY_AFTER } = options;
  const { name } = output;
  const waiting = createRankedQueue<RenderedAlert>(priorities.length);
  const shed = [...NO_PRIORITIES];
  let [written, failed] = [0, 0];
  let lastError: string | undefined;
  let isBroken = false;
  /** Whether the log's last word is that it fails. */
  let isBreakTold = false;
  let isHurried = !isBuffered;
  let isClosing = false;
  let wanted: (() => void) | undefined;
  const abort = new AbortController();
  const told = new Map<OutputReport['kind'], { at: number; untold: number }>();
  /** What the log has told of those that were left out. */
  let shedTold: PriorityCounts = NO_PRIORITIES;

  /** @returns whether it was time to say it. */
  function tell(kind: OutputReport['kind'], detail: string, count: number): boolean {
    const now = clock.monotonic();
    const last = told.get(kind);
    if (last !== undefined && now - last.at < TELL_EVERY) {
      last.untold += count;
      return false;
    }
    const all = count + (last?.untold ?? 0);
    told.set(kind, { at: now, untold: 0 });
    options.report({ output: name, kind, detail: all > 1 ? `${detail} (${all} alerts)` : detail });
    return true;
  }

  function noteFailure(reason: string, count: number): void {
    lastError = reason;
    isBroken = true;
    if (tell('failed', reason, count)) isBreakTold = true;
  }

  /** One that fails and recovers every second says both once a minute, as whatever else repeats. */
  function noteSuccess(): void {
    if (isBreakTold) options.report({ output: name, kind: 'recovered', detail: 'alerts are written again' });
    isBreakTold = false;
    isBroken = false;
  }

  function leaveOut({ priority }: RenderedAlert, why: string): void {
    shed[priorityIndex(priority)] += 1;
    const since = shed.map((count, index) => count - shedTold[index]);
    if (tell('shed', `${why}; left out: ${priorityText(since)}`, 0)) shedTold = [...shed];
  }

  function makeRoom(): void {
    while (waiting.size > capacity) {
      leaveOut(
        waiting.shedBelow(priorities.length) as RenderedAlert,
        `more than ${countOf(capacity, 'alert')} waited`,
      );
    }
  }

  async function write(taken: readonly Queued<RenderedAlert>[]): Promise<void> {
    const batch = taken.map(({ item }) => item);
    const watch = setTimeout(() => tell('stuck', `it has not taken an alert for ${timeout} ms`, 1), timeout);
    try {
      await output.write(batch, abort.signal);
      written += batch.length;
      noteSuccess();
    } catch (error) {
      // That it is given up at the end is no fault of the output, and is told there.
      if (abort.signal.aborted) {
        waiting.putBack(taken);
        return;
      }
      const isLost = isFinal(error);
      noteFailure(`${reasonOf(error)}; ${isLost ? LEFT_OUT : TRIED_AGAIN}`, batch.length);
      if (isLost) {
        failed += batch.length;
      } else {
        waiting.putBack(taken);
        makeRoom();
        await sleep(retryAfter, undefined, { signal: abort.signal }).catch(() => undefined);
      }
    } finally {
      clearTimeout(watch);
    }
  }

  async function pump(): Promise<void> {
    while (!abort.signal.aborted) {
      if (waiting.size === 0) {
        if (isClosing) return;
        await new Promise<void>((resolve) => {
          wanted = resolve;
        });
        wanted = undefined;
        if (!isHurried && waiting.size < BUFFER_FULL) await hurriedOr(BUFFERED_FOR);
        continue;
      }
      const batch = waiting.take(output.mostAtOnce);
      await inTurn(() => write(batch));
    }
  }

  let hurry: (() => void) | undefined;
  function hurriedOr(milliseconds: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    }).then(() => {
      hurry = undefined;
    });
  }

  let turn: Promise<unknown> = Promise.resolve();
  /** Writing and reopening never overlap. */
  function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function emptied(withinMilliseconds: number): Promise<void> {
    const end = performance.now() + withinMilliseconds;
    isHurried = true;
    hurry?.();
    wanted?.();
    const goal = written + failed + waiting.size;
    while (written + failed < goal && waiting.size > 0 && performance.now() < end) await sleep(5);
    // What is being written just now, too.
    await within(turn, end - performance.now());
    isHurried = !isBuffered;
  }

  const pumping = pump();
  return {
    name,
    push(alert) {
      if (isClosing) {
        leaveOut(alert, 'alerts came after the end');
        return;
      }
      waiting.push(alert, urgencyOf(alert.priority));
      makeRoom();
      wanted?.();
      if (waiting.size >= BUFFER_FULL) hurry?.();
    },
    reopen: () =>
      inTurn(async () => {
        try {
          await output.reopen();
        } catch (error) {
          noteFailure(reasonOf(error), 0);
        }
      }),
    flush: emptied,
    async close(withinMilliseconds) {
      isClosing = true;
      await emptied(withinMilliseconds);
      abort.abort();
      wanted?.();
      await within(pumping, withinMilliseconds);
      const left = waiting.take(waiting.size).length;
      if (left > 0) {
        const detail = `${left === 1 ? 'an alert was' : `${left} alerts were`} not written by the end: the store has what they are about`;
        options.report({ output: name, kind: 'failed', detail });
      }
      failed += left;
      await output.close();
    },
    statistics: () => ({
      ...{ written, failed, waiting: waiting.size, shed: [...shed] },
      ...{ isFailing: isBroken, lastError },
    }),
  };
}

/** Waits for a promise, so long; leaves no timer behind. */
async function within(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, milliseconds));
  });
  await Promise.race([promise, over]);
  clearTimeout(timer);
}
