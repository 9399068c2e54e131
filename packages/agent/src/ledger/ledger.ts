import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, reasonOf } from '@seawall/base';
import { createOccurrence, type Notifier, type ResolvedPolicy } from '@seawall/policies';
import { jsonText, type Priority, textFromBytes } from '@seawall/rules';
import type { ActionRecord, Gap, Occurrence, Store } from '@seawall/store';
import type { Alert } from '../alert/alert.ts';
import { countOf } from '../daemon/count-text.ts';
import type { LedgerStatus } from '../daemon/status.ts';
import type { Lost } from '../hot-loop/lost.ts';
import type { FindingsMessage, Sighting } from '../hot-loop/messages.ts';
import {
  createFindingQueue,
  type Delivery,
  type Entry,
  type Portion,
  type WaitingFinding,
} from './finding-queue.ts';
import { NO_PRIORITIES, priorityIndex } from './rank.ts';

/** The way from the hot loop into the store: what was found is kept before anything follows from it. */
export interface Ledger {
  /** Puts what the hot loop found on its way. It is stored in the order in which it comes, with its position. */
  take(message: FindingsMessage): void;
  /**
   * The same for what somebody else found.
   * @param onKept called when it is stored: what somebody waits for gives way to nothing.
   */
  add(sightings: readonly Sighting[], onKept?: () => void): void;
  /** Ends when everything taken so far is stored. Where the signal says that there is no more time, nothing is tried again. */
  flush(signal: AbortSignal): Promise<void>;
  /** Whether a finding of that rank would be kept. */
  hasRoomFor(rank: number): boolean;
  status(): LedgerStatus;
}

export interface LedgerOptions {
  readonly store: Pick<Store, 'commit'>;
  readonly notifier: Pick<Notifier, 'announce'>;
  readonly clock: Clock;
  /** How many findings may wait: beyond that the lowest give way. */
  readonly capacity: number;
  /** What positions are kept under. */
  readonly source: string;
  /** A policy as it was when the finding was made; undefined when it is long gone. */
  policy(name: string, generation: number): ResolvedPolicy | undefined;
  /** The audit trail's lines of a sighting's actions. */
  actionRecords(sighting: Sighting): readonly ActionRecord[];
  /** A finding is to be told, of policies that do not only watch: it is stored, or the store takes nothing. */
  onAlert(alert: Alert): void;
  /** Findings are stored: what the hot loop could not do about them follows now. */
  onActions(sightings: readonly Sighting[]): void;
  /** Findings wait since the store takes nothing: what is to be done about them does not; each once. */
  onUnstored(sightings: readonly Sighting[]): void;
  /** Of what the hot loop found: so many of each rank are stored, or gave way. */
  onTaken(findings: readonly number[]): void;
  /** A finding of that priority gave way to others. */
  onShed(priority: Priority): void;
  /** A commit worked, in so many milliseconds. */
  onCommit(milliseconds: number): void;
  /** Commits began to fail, or work again: told once each time. */
  onFailure(reason: string | undefined): void;
  /** Something that follows from stored findings went wrong: they stay stored, and the rest follows. */
  onError(message: string): void;
}

const FIRST_RETRY_MILLISECONDS = 100;
const LONGEST_RETRY_MILLISECONDS = 5000;

export function createLedger(options: LedgerOptions): Ledger {
  const { store, notifier, clock } = options;
  const queue = createFindingQueue(options.capacity, noteShed);
  const shed = [...NO_PRIORITIES];
  /** By rank, those that gave way and of which nobody was told yet. */
  let given: number[] = [];
  let stored = 0;
  let failures = 0;
  let failure: string | undefined;
  let committed = 0n;
  let isWorking = false;
  const idle: (() => void)[] = [];
  const givingUp = new AbortController();
  const told = new WeakSet<Alert>();
  const handedOn = new WeakSet<Sighting>();

  function noteShed({ sighting, rank, entry }: WaitingFinding): void {
    if (entry.isOfHotLoop) given[rank] = (given[rank] ?? 0) + 1;
    shed[priorityIndex(sighting.alert.priority)] += 1;
    options.onShed(sighting.alert.priority);
  }

  function tellTaken(findings: readonly WaitingFinding[] = []): void {
    const counts = given;
    given = [];
    for (const { rank, entry } of findings) if (entry.isOfHotLoop) counts[rank] = (counts[rank] ?? 0) + 1;
    if (counts.length > 0) options.onTaken(Array.from(counts, (count) => count ?? 0));
  }

  async function commit(portion: Portion): Promise<void> {
    const { entries, findings, besides } = portion;
    if (isSilent(portion)) {
      committed = latestOf(entries, committed);
      return;
    }
    const sightings = findings.map(({ sighting }) => sighting);
    const lost: Sighting[] = [];
    const kept = findings.flatMap(({ sighting, policy }) => {
      const occurrence = occurrenceOf(sighting, policy);
      if (occurrence === undefined) lost.push(sighting);
      return occurrence === undefined ? [] : [{ sighting, occurrence }];
    });
    const occurrences = kept.map(({ occurrence }) => occurrence);
    const announcement = notifier.announce(occurrences.filter(({ mode }) => mode !== 'shadow'));
    const position = entries.findLast((entry) => entry.position !== undefined)?.position;
    const started = clock.monotonic();
    const report = await store.commit({
      occurrences,
      actions: sightings.flatMap(options.actionRecords),
      activity: besides.activity,
      gaps: besides.lost.map(gapOf),
      positions: new Map(position === undefined ? [] : [[options.source, String(position)]]),
      memory: new Map([...besides.memory, ...announcement.memory, ...droppedNotes(entries)]),
    });
    options.onCommit(clock.monotonic() - started);
    committed = latestOf(entries, committed);
    stored += occurrences.length - report.known.length;
    for (const { alert } of lost) shed[priorityIndex(alert.priority)] += 1;
    const known = new Set(report.known);
    const fresh = kept.filter(({ occurrence }) => !known.has(occurrence.key));
    for (const { sighting, occurrence } of fresh) tell(sighting, occurrence.mode);
    // What was decided is brought to its end also where no finding tells of it: the audit trail has it as pending.
    const followed = [...fresh.map(({ sighting }) => sighting), ...lost];
    attempt('actions could not be followed up', () => options.onActions(followed));
    // What could not be decided is marked in the store: the notifier's next tick makes up for it.
    await announcement.follow(report).catch(noteFailure);
  }

  /** An alert that several policies count goes out once, and so does one that went out before it could be stored. */
  function tell({ alert }: Sighting, mode: ResolvedPolicy['mode']): void {
    if (mode === 'shadow' || told.has(alert)) return;
    told.add(alert);
    attempt('an alert could not be handed on', () => options.onAlert(alert));
  }

  /** Outputs and runtimes do not wait for a disk that somebody has filled. What somebody sends again until it is stored does. */
  function goOnUnstored(findings: readonly Pick<WaitingFinding, 'sighting' | 'policy'>[]): void {
    const fresh = findings.filter(({ sighting }) => !handedOn.has(sighting));
    for (const { sighting, policy } of fresh) {
      handedOn.add(sighting);
      if (policy !== undefined) tell(sighting, modeOf(sighting, policy));
    }
    const sightings = fresh.map(({ sighting }) => sighting);
    attempt('actions could not be followed up', () => options.onUnstored(sightings));
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
      const portion = queue.begin();
      try {
        await commit(portion);
      } catch (error) {
        noteFailure(error);
        // Also what came while the store was slow, and is not tried before this is stored; and before anything gives way.
        const waiting = [...portion.findings, ...queue.behind()];
        goOnUnstored(waiting.filter(({ entry }) => entry.onKept === undefined));
        queue.fail(portion);
        tellTaken();
        await wait(pause, undefined, { signal: givingUp.signal }).catch(() => undefined);
        pause = Math.min(LONGEST_RETRY_MILLISECONDS, pause * 2);
        continue;
      }
      if (failure !== undefined) options.onFailure(undefined);
      failure = undefined;
      pause = FIRST_RETRY_MILLISECONDS;
      queue.done(portion);
      for (const { onKept } of portion.entries) onKept?.();
      tellTaken(portion.findings);
    }
    isWorking = false;
    for (const done of idle.splice(0)) done();
  }

  /** What somebody sends again until it is stored is not lost. */
  function tellUnstored(): void {
    const left = queue.findings - queue.owed;
    if (left === 0) return;
    const why = failure ?? 'there was no time';
    options.onError(`${countOf(left, 'finding')} could not be stored by the end: ${why}`);
  }

  function push(delivery: Delivery): void {
    const { sightings } = delivery.message;
    const policies = sightings.map(({ policy, generation }) => options.policy(policy, generation));
    queue.push(delivery, policies);
    tellTaken();
    if (failure !== undefined && delivery.onKept === undefined) {
      goOnUnstored(sightings.map((sighting, index) => ({ sighting, policy: policies[index] })));
    }
    if (!isWorking) void work();
  }

  return {
    take: (message) => push({ message, isOfHotLoop: true, onKept: undefined }),
    add(sightings, onKept) {
      const nothing = { position: undefined, lost: undefined, activity: [], memory: new Map() };
      const message = { kind: 'findings', sightings, time: committed, ...nothing } as const;
      push({ message, isOfHotLoop: false, onKept });
    },
    async flush(signal) {
      if (!isWorking) return;
      await new Promise<void>((resolve) => {
        idle.push(resolve);
        const giveUp = (): void => {
          if (!givingUp.signal.aborted) tellUnstored();
          givingUp.abort();
          resolve();
        };
        signal.addEventListener('abort', giveUp, { once: true });
        if (signal.aborted) giveUp();
      });
    },
    hasRoomFor: queue.hasRoomFor,
    status: () => ({
      ...{ stored, failure, failures, committed },
      ...{ waiting: queue.findings, owed: queue.owed, shed: [...shed] },
    }),
  };
}

/** Up to when everything is handled with these. */
function latestOf(entries: readonly Entry[], before: bigint): bigint {
  let latest = before;
  for (const { time } of entries) if (time > latest) latest = time;
  return latest;
}

function modeOf({ isUndecided }: Sighting, { mode }: ResolvedPolicy): ResolvedPolicy['mode'] {
  return isUndecided ? 'shadow' : mode;
}

function occurrenceOf(sighting: Sighting, policy: ResolvedPolicy | undefined): Occurrence | undefined {
  const { alert, event, workload, ancestry, isStateComplete } = sighting;
  const rule = sighting.rule ?? policy?.ruleFacts.get(alert.rule);
  if (policy === undefined || rule === undefined) return undefined;
  return createOccurrence({ ...policy, mode: modeOf(sighting, policy) }, rule, {
    event,
    time: alert.timestamp,
    output: textFromBytes(alert.message),
    fields: JSON.parse(jsonText({ object: alert.fields })) as Record<string, unknown>,
    workload,
    ancestry,
    isStateComplete,
  });
}

/** Whether it says nothing but up to when everything is handled. */
function isSilent({ entries, findings, besides }: Portion): boolean {
  const { activity, lost, memory } = besides;
  return (
    findings.length + activity.length + lost.length + memory.size === 0 &&
    entries.every(({ position, notes }) => position === undefined && notes.length === 0)
  );
}

/** With the findings of their events: neither is there without the other. */
function droppedNotes(entries: readonly Entry[]): readonly (readonly [string, undefined])[] {
  return entries.flatMap(({ notes }) => notes.map((key) => [key, undefined] as const));
}

function gapOf({ from, to, events }: Lost): Gap {
  const reason = `${countOf(events, 'event')} ${events === 1 ? 'was' : 'were'} lost`;
  return { source: 'syscall', from, to, reason, lostEvents: events };
}
