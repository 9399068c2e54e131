import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, nanosecondsNow, reasonOf } from '@seawall/base';
import {
  type ActionOutcome,
  type FollowUp,
  type PlannedAction,
  recordOfDecision,
  recordOfOutcome,
  type UndoOptions,
} from '@seawall/policies';
import type { ActionRecord, Store } from '@seawall/store';
import type { CaptureFiles, CaptureReport } from '../captures/capture-files.ts';
import { countOf } from '../daemon/count-text.ts';
import type { ActionStatus } from '../daemon/status.ts';
import type { CaptureMessage, SightedAction, Sighting } from '../hot-loop/messages.ts';
import { notedPause, type PauseNotes } from './pause-notes.ts';
import { createPauseTable } from './pause-table.ts';

/** Brings actions to their end on the main thread, and keeps the audit trail. */
export interface ActionDesk {
  /** Pauses of earlier runs that no store knows of end when their time is over; whether there is a store or not. */
  takeUpPauses(): void;
  /** Pauses of earlier runs end when their time is over; what was pending then is told as failed. */
  start(): Promise<void>;
  /** Findings arrived from the hot loop: the events of captures that they ask for come right behind. */
  expect(sightings: readonly Sighting[]): void;
  /** The audit trail's lines of what was decided and done at once: to be stored with the finding. */
  records(sighting: Sighting): readonly ActionRecord[];
  /** Findings are stored: what takes a runtime, the API server or a file is done now. */
  follow(sightings: readonly Sighting[]): void;
  /** The same while the store takes nothing, but for pauses and captures, which go by what is stored: `follow` is called once it is. */
  followUnstored(sightings: readonly Sighting[]): void;
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
  /** Where pauses are written down until they are stored. */
  readonly notes: Pick<PauseNotes, 'add' | 'remove' | 'read'>;
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
  const { store, followUp, captures, notes, clock, onError } = options;
  const counts = new Map<string, { kind: string; result: string; count: number }>();
  const underWay = new Set<Promise<void>>();
  /** Captures whose events come, by the action's key. */
  const openCaptures = new Map<string, OpenCapture>();
  /**
   * Captures whose findings are not stored yet, and how those ended that were faster: the trail must not have them as pending
   * then.
   */
  const unstoredCaptures = new Map<string, ActionRecord | undefined>();
  /** Actions that were followed before their findings are stored, and how those ended that have: the trail has it with the finding. */
  const unstored = new Map<string, ActionRecord | undefined>();
  /** From then on nothing is tried more than once more. */
  const closing = new AbortController();
  const now = (): bigint => nanosecondsNow(clock);
  const pauses = createPauseTable({ store, undo: options.undo, notes, now, onError });

  async function write(record: ActionRecord): Promise<void> {
    await store.commit({ actions: [record] });
  }

  function count({ kind, result }: Pick<ActionRecord, 'kind' | 'result'>): void {
    const key = `${kind} ${result}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { kind, result, count: 1 });
    else known.count += 1;
  }

  async function finish(record: ActionRecord): Promise<void> {
    count(record);
    if (unstored.has(record.key)) unstored.set(record.key, record);
    else await writeDown(record);
  }

  /** How an action ended is in nobody else's memory: it is written down when the store takes it. */
  async function writeDown(record: ActionRecord): Promise<void> {
    const isPause = record.kind === 'pause-container';
    for (let pause = FIRST_RETRY_MILLISECONDS; ; pause = Math.min(LONGEST_RETRY_MILLISECONDS, pause * 2)) {
      try {
        await (isPause ? pauses.keep(record) : write(record));
        return;
      } catch (error) {
        if (closing.signal.aborted) throw error;
        if (pause === FIRST_RETRY_MILLISECONDS) {
          onError(`${record.kind} ${record.key} waits to be written down: ${reasonOf(error)}`);
        }
        await wait(pause, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  function track(work: Promise<void>): void {
    const guarded = work
      .catch((error: unknown) => onError(`an action could not be written down: ${reasonOf(error)}`))
      .finally(() => underWay.delete(guarded));
    underWay.add(guarded);
  }

  async function bringToEnd(action: SightedAction): Promise<void> {
    const { decision, outcome, latencyMilliseconds, reactionMilliseconds } = action;
    const pause = await pauses.handOver(decision.key);
    // It is over: the runtime is not to be told to pause any more.
    if (pause?.undone !== undefined) {
      await conclude(pause, reactionMilliseconds);
      return;
    }
    if (decision.outcome !== 'planned') {
      count({ kind: decision.kind, result: decision.outcome });
      return;
    }
    notePauseByRuntime(action);
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
    if (unstored.has(key)) {
      const record = unstored.get(key);
      unstored.delete(key);
      // It may have ended while its finding was being stored; where it has not, it is written down when it does.
      if (record !== undefined) track(writeDown(record));
      return;
    }
    if (isCapturing(action)) unstoredCaptures.delete(key);
    else track(bringToEnd(action));
  }

  /** The store has it as pending, which does not say whether the container is paused by now. */
  function notePauseByRuntime({ decision, outcome }: SightedAction): void {
    const { target } = decision;
    if (decision.outcome !== 'planned' || decision.kind !== 'pause-container') return;
    if (outcome !== undefined || typeof target === 'string' || target.kind !== 'container') return;
    const until = now() + BigInt(decision.parameters.forMilliseconds ?? 0) * 1_000_000n;
    const cgroups = { unified: undefined, freezer: undefined };
    const undo = { kind: 'unpause', containerId: target.id, ...cgroups, until: String(until) } as const;
    try {
      notes.add(notedPause(decision, undo, now()));
    } catch (error) {
      onError(`the pause ${decision.key} is not noted: ${reasonOf(error)}`);
    }
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
    takeUpPauses: pauses.takeUp,
    async start() {
      await pauses.storeTakenUp();
      let after: string | undefined;
      do {
        const page = await store.actions({}, { limit: PAGE, ...(after !== undefined && { after }) });
        for (const record of page.items) {
          pauses.addStored(record);
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
        for (const action of actions) {
          if (action.outcome?.undo?.kind === 'unpause') pauses.addFound(recordAtOnce(action));
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
        return unstored.get(key) ?? unstoredCaptures.get(key) ?? pauses.found(key) ?? recordAtOnce(action);
      }),
    follow(sightings) {
      for (const { actions } of sightings) for (const action of actions) followOne(action);
    },
    followUnstored(sightings) {
      for (const action of sightings.flatMap(({ actions }) => actions).filter(isLeftToDo)) {
        unstored.set(action.decision.key, undefined);
        track(bringToEnd(action));
      }
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
      closing.abort();
      track(pauses.close());
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

/** Whether it takes a runtime or the API server: alone, or since the kernel would not do it. */
function isLeftToDo({ decision, outcome }: SightedAction): boolean {
  const { kind } = decision;
  const goesByStore = kind === 'pause-container' || kind === 'capture' || kind === 'deny';
  const isOpen = outcome === undefined || outcome.result === 'failed';
  return decision.outcome === 'planned' && isOpen && !goesByStore;
}

/** What is to be written down of an action as it left the hot loop. */
function recordAtOnce({ decision, outcome, latencyMilliseconds }: SightedAction): ActionRecord {
  if (decision.outcome !== 'planned' || outcome === undefined) return recordOfDecision(decision);
  const effectAt = decision.eventTime + BigInt(Math.round((latencyMilliseconds ?? 0) * 1e6));
  return recordOfOutcome(decision, outcome, effectAt);
}

function captureText({ path, events, bytes, isCut }: CaptureReport): string {
  const size = `${countOf(events, 'event')}, ${Math.ceil(bytes / 1024)} KiB`;
  return isCut ? `${path} (${size}, ended early since it was as big as it may be)` : `${path} (${size})`;
}
