import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, reasonOf } from '@seawall/base';
import { createOccurrence, type Notifier, type ResolvedPolicy } from '@seawall/policies';
import { jsonText, textFromBytes } from '@seawall/rules';
import type { ActionRecord, Gap, Occurrence, Store } from '@seawall/store';
import type { Alert } from '../alert/alert.ts';
import { countOf } from '../daemon/count-text.ts';
import type { LedgerStatus } from '../daemon/status.ts';
import type { FindingsMessage, Sighting } from '../hot-loop/messages.ts';

/** The way from the hot loop into the store: what was found is kept before anything follows from it. */
export interface Ledger {
  /**
   * Puts findings on their way. They are stored in the order in which they come, with their position.
   * @param onKept called when they are stored.
   */
  take(message: FindingsMessage, onKept?: () => void): void;
  /** Ends when everything taken so far is stored. Where the signal says that there is no more time, nothing is tried again. */
  flush(signal: AbortSignal): Promise<void>;
  status(): LedgerStatus;
}

export interface LedgerOptions {
  readonly store: Pick<Store, 'commit'>;
  readonly notifier: Pick<Notifier, 'announce'>;
  readonly clock: Clock;
  /** What positions are kept under. */
  readonly source: string;
  /** A policy as it was when the finding was made; undefined when it is long gone. */
  policy(name: string, generation: number): ResolvedPolicy | undefined;
  /** The audit trail's lines of a sighting's actions. */
  actionRecords(sighting: Sighting): readonly ActionRecord[];
  /** A finding is stored that is to be told: of policies that do not only watch. */
  onStored(alert: Alert): void;
  /** Findings are stored: what the hot loop could not do about them follows now. */
  onActions(sightings: readonly Sighting[]): void;
  /** Of what was taken without `onKept`: there is room for so many more. */
  onTaken(findings: number): void;
  /** A commit worked, in so many milliseconds. */
  onCommit(milliseconds: number): void;
  /** Commits began to fail, or work again: told once each time. */
  onFailure(reason: string | undefined): void;
  /** Something that follows from stored findings went wrong: they stay stored, and the rest follows. */
  onError(message: string): void;
}

interface Entry {
  readonly message: FindingsMessage;
  /** Of each sighting. Findings can wait for longer than former policies are remembered. */
  readonly policies: readonly (ResolvedPolicy | undefined)[];
  readonly onKept: (() => void) | undefined;
}

/** Findings of one transaction: more make it slower than several. */
const MOST_AT_ONCE = 1000;
const FIRST_RETRY_MILLISECONDS = 100;
const LONGEST_RETRY_MILLISECONDS = 5000;

export function createLedger(options: LedgerOptions): Ledger {
  const { store, notifier, clock } = options;
  let queue: Entry[] = [];
  let waiting = 0;
  let stored = 0;
  let failures = 0;
  let failure: string | undefined;
  let committed = 0n;
  let isWorking = false;
  /** Messages at the queue's front that are being committed. */
  let underWay = 0;
  const idle: (() => void)[] = [];
  const givingUp = new AbortController();

  /** Messages that go into one transaction; they are whole, since position and findings belong together. */
  function nextBatch(): readonly Entry[] {
    let count = 0;
    let findings = 0;
    while (
      count < queue.length &&
      (count === 0 || findings + queue[count].message.sightings.length <= MOST_AT_ONCE)
    ) {
      findings += queue[count].message.sightings.length;
      count += 1;
    }
    return queue.slice(0, count);
  }

  async function commit(entries: readonly Entry[]): Promise<void> {
    const messages = entries.map(({ message }) => message);
    if (messages.every(isEmpty)) {
      committed = latestOf(messages, committed);
      return;
    }
    const sightings = messages.flatMap((message) => message.sightings);
    const policies = entries.flatMap((entry) => entry.policies);
    const kept = sightings.flatMap((sighting, index) => {
      const occurrence = occurrenceOf(sighting, policies[index]);
      return occurrence === undefined ? [] : [{ sighting, occurrence }];
    });
    const occurrences = kept.map(({ occurrence }) => occurrence);
    const announcement = notifier.announce(occurrences.filter(({ mode }) => mode !== 'shadow'));
    const position = messages.findLast((message) => message.position !== undefined)?.position;
    const started = clock.monotonic();
    const report = await store.commit({
      occurrences,
      actions: sightings.flatMap(options.actionRecords),
      activity: messages.flatMap((message) => message.activity),
      gaps: messages.flatMap(gapsOf),
      positions: new Map(position === undefined ? [] : [[options.source, String(position)]]),
      memory: new Map([...messages.flatMap((message) => [...message.memory]), ...announcement.memory]),
    });
    options.onCommit(clock.monotonic() - started);
    committed = latestOf(messages, committed);
    stored += occurrences.length - report.known.length;
    const known = new Set(report.known);
    const fresh = kept.filter(({ occurrence }) => !known.has(occurrence.key));
    const told = new Set<Alert>();
    for (const { sighting, occurrence } of fresh) {
      // An alert that several policies count goes out once.
      if (occurrence.mode === 'shadow' || told.has(sighting.alert)) continue;
      told.add(sighting.alert);
      attempt('an alert could not be handed on', () => options.onStored(sighting.alert));
    }
    const followed = fresh.map(({ sighting }) => sighting);
    attempt('actions could not be followed up', () => options.onActions(followed));
    // What could not be decided is marked in the store: the notifier's next tick makes up for it.
    await announcement.follow(report).catch(noteFailure);
  }

  /** Findings are stored by now: to store them again would make all that follows from them be left out. */
  function attempt(problem: string, follow: () => void): void {
    try {
      follow();
    } catch (error) {
      options.onError(`${problem}: ${reasonOf(error)}`);
    }
  }

  function noteFailure(error: unknown): void {
    const reason = reasonOf(error);
    failures += 1;
    if (failure !== reason) options.onFailure(reason);
    failure = reason;
  }

  async function work(): Promise<void> {
    isWorking = true;
    let pause = FIRST_RETRY_MILLISECONDS;
    while (queue.length > 0 && !givingUp.signal.aborted) {
      const entries = nextBatch();
      underWay = entries.length;
      try {
        await commit(entries);
      } catch (error) {
        noteFailure(error);
        await wait(pause, undefined, { signal: givingUp.signal }).catch(() => undefined);
        pause = Math.min(LONGEST_RETRY_MILLISECONDS, pause * 2);
        continue;
      }
      if (failure !== undefined) options.onFailure(undefined);
      failure = undefined;
      pause = FIRST_RETRY_MILLISECONDS;
      queue = queue.slice(entries.length);
      underWay = 0;
      for (const { onKept } of entries) onKept?.();
      waiting -= countSightings(entries);
      // Who asked to be called is not the hot loop, which counts its own.
      const taken = countSightings(entries.filter(({ onKept }) => onKept === undefined));
      if (taken > 0) options.onTaken(taken);
    }
    isWorking = false;
    for (const done of idle.splice(0)) done();
  }

  return {
    take(message, onKept) {
      // While the store doesn't take anything, what says only how late it is must not fill the memory.
      const last = queue.length > underWay ? queue.at(-1) : undefined;
      const isNews = last?.onKept !== undefined || onKept !== undefined || !isEmpty(message);
      if (last !== undefined && !isNews && isEmpty(last.message)) queue.pop();
      const policies = message.sightings.map(({ policy, generation }) => options.policy(policy, generation));
      queue.push({ message, policies, onKept });
      waiting += message.sightings.length;
      if (!isWorking) void work();
    },
    async flush(signal) {
      if (!isWorking) return;
      await new Promise<void>((resolve) => {
        idle.push(resolve);
        const giveUp = (): void => {
          givingUp.abort();
          resolve();
        };
        signal.addEventListener('abort', giveUp, { once: true });
        if (signal.aborted) giveUp();
      });
    },
    status: () => ({ stored, waiting, failure, failures, committed }),
  };
}

/** Up to when everything is handled with these; what comes from elsewhere than the hot loop may say an earlier time. */
function latestOf(messages: readonly FindingsMessage[], before: bigint): bigint {
  let latest = before;
  for (const { time } of messages) if (time > latest) latest = time;
  return latest;
}

function countSightings(entries: readonly Entry[]): number {
  return entries.reduce((sum, { message }) => sum + message.sightings.length, 0);
}

function occurrenceOf(sighting: Sighting, policy: ResolvedPolicy | undefined): Occurrence | undefined {
  const { alert, event, workload, ancestry, isStateComplete } = sighting;
  const rule = sighting.rule ?? policy?.ruleFacts.get(alert.rule);
  if (policy === undefined || rule === undefined) return undefined;
  return createOccurrence(sighting.isUndecided ? { ...policy, mode: 'shadow' } : policy, rule, {
    event,
    time: alert.timestamp,
    output: textFromBytes(alert.message),
    fields: JSON.parse(jsonText({ object: alert.fields })) as Record<string, unknown>,
    workload,
    ancestry,
    isStateComplete,
  });
}

/** Says only up to when everything is handled. */
function isEmpty({ sightings, position, lost, activity, memory }: FindingsMessage): boolean {
  const isSilent = sightings.length === 0 && activity.length === 0 && memory.size === 0;
  return isSilent && position === undefined && lost === undefined;
}

function gapsOf({ lost }: FindingsMessage): readonly Gap[] {
  if (lost === undefined) return [];
  const { from, to, events } = lost;
  return [
    {
      source: 'syscall',
      from,
      to,
      reason: `${countOf(events, 'event')} ${events === 1 ? 'was' : 'were'} lost`,
      lostEvents: events,
    },
  ];
}
