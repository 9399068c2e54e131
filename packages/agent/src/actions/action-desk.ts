import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, nanosecondsNow, reasonOf } from '@seawall/base';
import {
  type ActionOutcome,
  createAutoUnpause,
  type FollowUp,
  type PlannedAction,
  recordOfDecision,
  recordOfOutcome,
  type UndoOptions,
  undoAction,
} from '@seawall/policies';
import type { ActionRecord, Store } from '@seawall/store';
import type { CaptureFiles, CaptureReport } from '../captures/capture-files.ts';
import { countOf } from '../daemon/count-text.ts';
import type { ActionStatus } from '../daemon/status.ts';
import type { CaptureMessage, SightedAction, Sighting } from '../hot-loop/messages.ts';

/** Brings actions to their end on the main thread, and keeps the audit trail. */
export interface ActionDesk {
  /** Pauses of earlier runs end when their time is over; what was pending then is told as failed. */
  start(): Promise<void>;
  /** Findings arrived from the hot loop: the events of captures that they ask for come right behind. */
  expect(sightings: readonly Sighting[]): void;
  /** The audit trail's lines of what was decided and done at once: to be stored with the finding. */
  records(sighting: Sighting): readonly ActionRecord[];
  /** Findings are stored: what takes a runtime, the API server or a file is done now. */
  follow(sightings: readonly Sighting[]): void;
  /** Events of a capture that an action asked for. */
  takeEvents(message: CaptureMessage): void;
  status(): ActionStatus;
  /** Waits for what is under way, so long. */
  close(withinMilliseconds: number): Promise<void>;
}

export interface ActionDeskOptions {
  readonly store: Pick<Store, 'commit' | 'actions' | 'action'>;
  readonly followUp: FollowUp;
  readonly undo: Omit<UndoOptions, 'actor'>;
  readonly captures: CaptureFiles;
  readonly clock: Clock;
  /** Something could not be written down, or undone: for the log. */
  onError(message: string): void;
  /** An action was done: so long after the offending event, and after that was read, in milliseconds. */
  onDone(kind: string, latencyMilliseconds: number, reactionMilliseconds: number | undefined): void;
}

interface OpenCapture {
  readonly action: PlannedAction;
  readonly name: string;
  /** One after the other. */
  work: Promise<void>;
  /** Why it could not be begun. */
  failure: unknown;
}

const PAGE = 1000;
const FIRST_RETRY_MILLISECONDS = 100;
const LONGEST_RETRY_MILLISECONDS = 5000;

export function createActionDesk(options: ActionDeskOptions): ActionDesk {
  const { store, followUp, captures, clock } = options;
  const counts = new Map<string, { kind: string; result: string; count: number }>();
  const underWay = new Set<Promise<void>>();
  /** Captures whose events come, by the action's key. */
  const openCaptures = new Map<string, OpenCapture>();
  /**
   * Captures whose findings are not stored yet, and how those ended that were faster: the trail must not have them as pending
   * then.
   */
  const unstoredCaptures = new Map<string, ActionRecord | undefined>();
  /** Pauses whose findings are not stored yet: they end in time also where the store takes nothing. */
  const unstoredPauses = new Map<string, ActionRecord>();
  /** From then on nothing is tried more than once more. */
  const closing = new AbortController();
  const now = (): bigint => nanosecondsNow(clock);
  const onError = (key: string, error: unknown): void =>
    options.onError(`the pause ${key} could not be ended: ${reasonOf(error)}`);
  const pauses = createAutoUnpause({ unpause: endPause, onError, now });
  const earlyPauses = createAutoUnpause({ unpause: endUnstored, onError, now });

  async function endPause(key: string): Promise<void> {
    const record = await store.action(key);
    // A person may have been faster.
    if (record === undefined || record.undone !== undefined) return;
    await write(await undoAction(record, { ...options.undo, actor: 'seawall, since its time was over' }));
  }

  async function endUnstored(key: string, actor = 'seawall, since its time was over'): Promise<void> {
    const record = unstoredPauses.get(key);
    if (record === undefined || record.undone !== undefined) return;
    const ended = await undoAction(record, { ...options.undo, actor });
    if (unstoredPauses.has(key)) unstoredPauses.set(key, ended);
  }

  /** What no store knows of, no later run would end. */
  function releaseUnstored(key: string): Promise<void> {
    return endUnstored(key, 'seawall, since it ended').catch((error: unknown) => onError(key, error));
  }

  async function write(record: ActionRecord): Promise<void> {
    await store.commit({ actions: [record] });
  }

  function count({ kind, result }: Pick<ActionRecord, 'kind' | 'result'>): void {
    const key = `${kind} ${result}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { kind, result, count: 1 });
    else known.count += 1;
  }

  /** How an action ended is in nobody else's memory: it is written down when the store takes it. */
  async function finish(record: ActionRecord): Promise<void> {
    count(record);
    pauses.add(record);
    for (let pause = FIRST_RETRY_MILLISECONDS; ; pause = Math.min(LONGEST_RETRY_MILLISECONDS, pause * 2)) {
      try {
        await write(record);
        return;
      } catch (error) {
        if (closing.signal.aborted) throw error;
        if (pause === FIRST_RETRY_MILLISECONDS) {
          options.onError(`${record.kind} ${record.key} waits to be written down: ${reasonOf(error)}`);
        }
        await wait(pause, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  function track(work: Promise<void>): void {
    const guarded = work
      .catch((error: unknown) => options.onError(`an action could not be written down: ${reasonOf(error)}`))
      .finally(() => underWay.delete(guarded));
    underWay.add(guarded);
  }

  async function bringToEnd({
    decision,
    outcome,
    latencyMilliseconds,
    reactionMilliseconds,
  }: SightedAction): Promise<void> {
    if (decision.outcome !== 'planned') {
      count({ kind: decision.kind, result: decision.outcome });
      return;
    }
    const end = await followUp.follow(decision, outcome);
    const effectAt =
      outcome?.result === 'done' && latencyMilliseconds !== undefined
        ? decision.eventTime + BigInt(Math.round(latencyMilliseconds * 1e6))
        : now();
    await conclude(recordOfOutcome(decision, end, effectAt), reactionMilliseconds);
  }

  async function conclude(record: ActionRecord, reactionMilliseconds: number | undefined): Promise<void> {
    if (record.latencyMilliseconds !== undefined) {
      options.onDone(record.kind, record.latencyMilliseconds, reactionMilliseconds);
    }
    await finish(record);
  }

  function followOne(action: SightedAction): void {
    const { key } = action.decision;
    const pause = unstoredPauses.get(key);
    unstoredPauses.delete(key);
    if (isCapturing(action)) unstoredCaptures.delete(key);
    // It is over: the runtime is not to be told to pause any more.
    else if (pause?.undone !== undefined) track(conclude(pause, action.reactionMilliseconds));
    else track(bringToEnd(action));
  }

  async function addToCapture(key: string, capture: OpenCapture, message: CaptureMessage): Promise<void> {
    const { action, name } = capture;
    const limit = action.parameters.maximumBytes ?? Number.POSITIVE_INFINITY;
    try {
      if (capture.failure === undefined) await captures.add(key, name, message.chunks, limit);
    } catch (error) {
      capture.failure = error;
    }
    if (message.isLast) await endCapture(key, capture);
  }

  async function endCapture(key: string, { action, failure }: OpenCapture): Promise<void> {
    const ended = failure === undefined ? captures.finish(key) : Promise.reject(failure);
    const outcome = await ended.then(
      (report): ActionOutcome => ({ result: 'done', detail: captureText(report), undo: undefined }),
      (error: unknown): ActionOutcome => ({ result: 'failed', detail: reasonOf(error), undo: undefined }),
    );
    const record = recordOfOutcome(action, outcome, now());
    if (unstoredCaptures.has(key)) unstoredCaptures.set(key, record);
    await finish(record);
  }

  return {
    async start() {
      let after: string | undefined;
      do {
        const page = await store.actions({}, { limit: PAGE, ...(after !== undefined && { after }) });
        for (const record of page.items) {
          pauses.add(record);
          if (record.result !== 'pending') continue;
          await write({
            ...record,
            result: 'failed',
            detail: `the agent ended before it was done; ${record.detail}`,
          });
        }
        after = page.next;
      } while (after !== undefined);
    },
    expect(sightings) {
      for (const { alert, actions } of sightings) {
        for (const record of actions.flatMap(pauseOf)) {
          unstoredPauses.set(record.key, record);
          earlyPauses.add(record);
        }
        for (const { decision } of actions.filter(isCapturing)) {
          const action = decision as PlannedAction;
          openCaptures.set(action.key, {
            ...{ action, name: alert.rule },
            ...{ work: Promise.resolve(), failure: undefined },
          });
          unstoredCaptures.set(action.key, undefined);
        }
      }
    },
    records: ({ actions }) =>
      actions.map((action) => {
        const { key } = action.decision;
        return unstoredCaptures.get(key) ?? unstoredPauses.get(key) ?? recordAtOnce(action);
      }),
    follow(sightings) {
      for (const { actions } of sightings) for (const action of actions) followOne(action);
    },
    takeEvents(message) {
      const { key, isLast } = message;
      const capture = openCaptures.get(key);
      if (capture === undefined) return;
      if (isLast) openCaptures.delete(key);
      capture.work = capture.work.then(() => addToCapture(key, capture, message));
      track(capture.work);
    },
    status: () => ({ counts: [...counts.values()] }),
    async close(withinMilliseconds) {
      pauses.close();
      earlyPauses.close();
      closing.abort();
      for (const key of unstoredPauses.keys()) track(releaseUnstored(key));
      let timer: NodeJS.Timeout | undefined;
      const timeUp = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, withinMilliseconds);
      });
      await Promise.race([Promise.all(underWay), timeUp]);
      clearTimeout(timer);
      await captures.close();
    },
  };
}

/** Whether it is a capture whose events come. */
function isCapturing({ decision, outcome }: SightedAction): boolean {
  return decision.outcome === 'planned' && decision.kind === 'capture' && outcome === undefined;
}

/** What is to be written down of an action as it left the hot loop. */
function recordAtOnce({ decision, outcome, latencyMilliseconds }: SightedAction): ActionRecord {
  if (decision.outcome !== 'planned' || outcome === undefined) return recordOfDecision(decision);
  const effectAt = decision.eventTime + BigInt(Math.round((latencyMilliseconds ?? 0) * 1e6));
  return recordOfOutcome(decision, outcome, effectAt);
}

/** The record of a container that the hot loop has paused. */
function pauseOf(action: SightedAction): readonly ActionRecord[] {
  const { outcome } = action;
  return outcome?.result === 'done' && outcome.undo?.kind === 'unpause' ? [recordAtOnce(action)] : [];
}

function captureText({ path, events, bytes, isCut }: CaptureReport): string {
  const size = `${countOf(events, 'event')}, ${Math.ceil(bytes / 1024)} KiB`;
  return isCut ? `${path} (${size}, ended early since it was as big as it may be)` : `${path} (${size})`;
}
