import { reasonOf } from '@seawall/base';
import type { Gap, Store } from '@seawall/store';
import type { Heartbeat, LastRun } from './heartbeat.ts';

/** Keeps account of when this agent was there: what nobody looked at is recorded as a gap at the next start. */
export interface Presence {
  /** Events are looked at from now on: since the last run had everything stored, nobody did. */
  begin(): void;
  /** To be called often: writes down up to when everything is stored. */
  beat(): void;
  /** To be called now and then: stores a gap that could not be stored before. */
  tick(): void;
  /** An orderly end. Of an agent that never came to beat, the file tells the run before. */
  end(): void;
}

export interface PresenceOptions {
  readonly lastRun: LastRun | undefined;
  readonly heartbeat: Heartbeat;
  readonly store: Pick<Store, 'commit'>;
  /** Up to when everything is stored: nanoseconds since the epoch, 0n while nothing is known. */
  committed(): bigint;
  /** Nanoseconds since the epoch. */
  now(): bigint;
  /** Something can't be written down: told when that begins. */
  onError(message: string): void;
}

export function createPresence(options: PresenceOptions): Presence {
  const { lastRun, heartbeat, store, committed, now, onError } = options;
  let owed: Gap | undefined;
  let isStoring = false;
  let hasBegun = false;
  let hasBeaten = false;
  let problem: string | undefined;

  function note(error: unknown, what: string): void {
    const text = `${what}: ${reasonOf(error)}`;
    if (text !== problem) onError(text);
    problem = text;
  }

  function storeGap(): void {
    if (owed === undefined || isStoring) return;
    isStoring = true;
    store
      .commit({ gaps: [owed] })
      .then(
        () => {
          owed = undefined;
        },
        (error: unknown) => note(error, 'the gap before this start could not be stored'),
      )
      .finally(() => {
        isStoring = false;
      });
  }

  return {
    begin() {
      hasBegun = true;
      if (lastRun === undefined) return;
      const to = now();
      const reason = lastRun.hasEnded ? 'no agent was running' : 'the agent had ended without notice';
      // A clock that was set back makes it a gap of no length, which is still told.
      const isBack = lastRun.time > to;
      const from = isBack ? to : lastRun.time;
      owed = { source: 'syscall', from, to, reason, lostEvents: undefined };
      storeGap();
    },
    beat() {
      const time = committed();
      // Until the gap is stored the file is all that knows of it; nobody knows of one before events are looked at.
      if (!hasBegun || time === 0n || owed !== undefined) return;
      try {
        heartbeat.beat(time);
        hasBeaten = true;
        problem = undefined;
      } catch (error) {
        note(error, 'up to when findings are stored could not be written down');
      }
    },
    tick: storeGap,
    end() {
      if (hasBeaten && owed === undefined) heartbeat.end(committed());
      else heartbeat.close();
    },
  };
}
