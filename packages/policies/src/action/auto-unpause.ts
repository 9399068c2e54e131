import { startTimer, type Timer } from '@seawall/base';
import type { ActionRecord } from '@seawall/store';
import type { UndoData } from './executors.ts';

/** Ends pauses when their time is over. */
export interface AutoUnpause {
  /** Watches over a pause that was done, also one of an earlier run; one that is over by now ends at once. Others are ignored. */
  add(record: ActionRecord): void;
  /** Leaves a pause alone from now on. */
  remove(key: string): void;
  /** How many pauses are watched over. */
  readonly size: number;
  /** Stops watching. Pauses stay: the next start takes them up from the store. */
  close(): void;
}

export interface AutoUnpauseOptions {
  /** Ends a pause. It is asked for by key, so that one that a person has ended meanwhile can be left alone. */
  unpause(key: string): Promise<void>;
  /** Told of what went wrong; it is tried again after `retryMilliseconds`, then after twice as long, up to five minutes. */
  onError(key: string, error: unknown): void;
  /** Nanoseconds since the epoch. */
  now(): bigint;
  readonly retryMilliseconds?: number;
}

const LONGEST_RETRY = 300_000;

export function createAutoUnpause(options: AutoUnpauseOptions): AutoUnpause {
  const { unpause, onError, now, retryMilliseconds = 5000 } = options;
  const timers = new Map<string, Timer>();

  const wait = (key: string, until: bigint, retry = retryMilliseconds): void => {
    const left = Number(until - now()) / 1e6;
    timers.set(
      key,
      startTimer(left, () => void end(key, retry), { isHolding: false }),
    );
  };
  const end = async (key: string, retry: number): Promise<void> => {
    try {
      await unpause(key);
      timers.delete(key);
    } catch (error) {
      onError(key, error);
      if (timers.has(key)) wait(key, now() + BigInt(retry) * 1_000_000n, Math.min(retry * 2, LONGEST_RETRY));
    }
  };
  return {
    add(record) {
      const undo = record.undo as UndoData | undefined | null;
      if (record.result !== 'done' || record.undone !== undefined || undo?.kind !== 'unpause') return;
      if (!timers.has(record.key)) wait(record.key, BigInt(undo.until));
    },
    remove(key) {
      timers.get(key)?.stop();
      timers.delete(key);
    },
    get size() {
      return timers.size;
    },
    close() {
      for (const timer of timers.values()) timer.stop();
      timers.clear();
    },
  };
}
