import type { ResolvedPolicy } from '@seawall/policies';
import type { FindingsMessage, Sighting } from '../hot-loop/messages.ts';
import { createRankedQueue, type Queued } from '../ranked-queue.ts';
import { type Besides, createBesides } from './besides.ts';
import { ACTED_ON, OWED, RANKS, rankOf } from './rank.ts';

/** A finding on its way into the store. */
export interface WaitingFinding {
  readonly sighting: Sighting;
  /** As it was when the finding came: findings can wait for longer than former policies are remembered. */
  readonly policy: ResolvedPolicy | undefined;
  readonly rank: number;
  readonly entry: Entry;
}

/** What is left of a message in the queue: what it is about stands on its own, so that what gave way takes no memory. */
export interface Entry {
  /** Up to when everything is handled with it. */
  readonly time: bigint;
  readonly position: number | undefined;
  /** Findings that came with it. */
  readonly findings: number;
  /** Whether the hot loop sent it, which counts what is on its way. */
  readonly isOfHotLoop: boolean;
  /** Who waits for the answer; undefined where nobody does. */
  readonly onKept: (() => void) | undefined;
  /** What events of it are written down under: dropped when all that is left of their findings is stored, or nothing is left. */
  readonly notes: readonly string[];
  /** Findings of it that are still to be stored. */
  left: number;
}

/** A message, and whose it is. */
export interface Delivery extends Pick<Entry, 'isOfHotLoop' | 'onKept'> {
  readonly message: FindingsMessage;
}

/** Messages that go into one transaction, with what is left of their findings, and what came besides with any message. */
export interface Portion {
  readonly entries: readonly Entry[];
  readonly findings: readonly WaitingFinding[];
  readonly besides: Besides;
}

/** Findings that wait for the store, in their order, with what came with them. */
export interface FindingQueue {
  /** Messages that wait or are under way. */
  readonly length: number;
  readonly findings: number;
  /** Findings that somebody waits for: they give way to nothing, and make nothing give way. */
  readonly owed: number;
  /** Findings that wait behind those that are being stored, in their order. */
  behind(): readonly WaitingFinding[];
  /** @param policies of each of its findings. */
  push(delivery: Delivery, policies: readonly (ResolvedPolicy | undefined)[]): void;
  /** Whether a finding of that rank would be kept. */
  hasRoomFor(rank: number): boolean;
  /** What goes into the next transaction: until that has ended it gives way to nothing. */
  begin(): Portion;
  /** It is stored. */
  done(portion: Portion): void;
  /** It is to be tried again. */
  fail(portion: Portion): void;
}

/** Findings of one transaction: more make it slower than several. */
export const MOST_AT_ONCE = 1000;
/** Messages without anything left in them that may stand in the queue. */
const MOST_HOLLOW = 64;

/**
 * @param capacity how many findings may wait besides those that are being stored, or are owed.
 * @param onShed told of each that gave way.
 */
export function createFindingQueue(
  capacity: number,
  onShed: (finding: WaitingFinding) => void,
): FindingQueue {
  const waiting = createRankedQueue<WaitingFinding>(RANKS);
  const besides = createBesides();
  let entries: Entry[] = [];
  let taken: readonly Queued<WaitingFinding>[] = [];
  /** Messages at the front that are being stored. */
  let underWay = 0;
  let hollow = 0;
  let owed = 0;

  /** What was acted on is limited by guard rails, and gives way to nothing. */
  function makeRoom(): void {
    while (waiting.sizeBelow(OWED) > capacity) {
      const finding = waiting.shedBelow(ACTED_ON);
      if (finding === undefined) return;
      finding.entry.left -= 1;
      if (isHollow(finding.entry)) hollow += 1;
      onShed(finding);
    }
    if (hollow <= Math.max(MOST_HOLLOW, entries.length / 2)) return;
    const isLeft = (entry: Entry, index: number): boolean => index < underWay || !isHollow(entry);
    dropNotes(entries.filter((entry, index) => !isLeft(entry, index)));
    entries = entries.filter(isLeft);
    hollow = entries.filter(hasLost).length;
  }

  /** All their findings gave way. */
  function dropNotes(hollowEntries: readonly Entry[]): void {
    const dropped = hollowEntries.flatMap(({ notes }) => notes);
    const memory = new Map(dropped.map((key) => [key, undefined]));
    if (dropped.length > 0) besides.add({ activity: [], lost: [], memory });
  }

  return {
    get length() {
      return entries.length;
    },
    get findings() {
      return waiting.size + taken.length;
    },
    get owed() {
      return owed;
    },
    behind: waiting.items,
    push({ message, isOfHotLoop, onKept }, policies) {
      const { sightings, time, position, activity, lost, memory } = message;
      besides.add({ activity, lost: lost === undefined ? [] : [lost], memory });
      const findings = sightings.length;
      const notes = notesOf(sightings);
      besides.leaveOut(notes);
      const entry: Entry = { time, position, findings, isOfHotLoop, onKept, notes, left: findings };
      // While the store doesn't take anything, what says only how late it is must not fill the memory.
      const last = entries.length > underWay ? entries.at(-1) : undefined;
      if (last !== undefined && isHollow(last) && isHollow(entry)) {
        entries.pop();
        if (hasLost(last)) hollow -= 1;
        dropNotes([last]);
      }
      entries.push(entry);
      if (onKept !== undefined) owed += findings;
      for (const [index, sighting] of sightings.entries()) {
        const rank = onKept === undefined ? rankOf(sighting) : OWED;
        waiting.push({ sighting, policy: policies[index], rank, entry }, rank);
      }
      makeRoom();
    },
    hasRoomFor: (rank) => waiting.sizeBelow(OWED) < capacity || waiting.sizeBelow(rank) > 0,
    begin() {
      let findings = 0;
      while (
        underWay < entries.length &&
        (underWay === 0 || findings + entries[underWay].left <= MOST_AT_ONCE)
      ) {
        findings += entries[underWay].left;
        underWay += 1;
      }
      // They are whole, since position and findings belong together.
      taken = waiting.take(findings);
      return {
        entries: entries.slice(0, underWay),
        findings: taken.map(({ item }) => item),
        besides: besides.take(),
      };
    },
    done(portion) {
      for (const entry of portion.entries) {
        if (hasLost(entry)) hollow -= 1;
        if (entry.onKept !== undefined) owed -= entry.findings;
      }
      entries = entries.slice(portion.entries.length);
      underWay = 0;
      taken = [];
    },
    fail(portion) {
      waiting.putBack(taken);
      besides.putBack(portion.besides);
      for (const { notes } of entries) besides.leaveOut(notes);
      underWay = 0;
      taken = [];
      makeRoom();
    },
  };
}

function notesOf(sightings: readonly Sighting[]): readonly string[] {
  const notes = new Set<string>();
  for (const { note } of sightings) if (note !== undefined) notes.add(note);
  return [...notes];
}

/** There is nothing in it, or not any more, but up to when everything is handled. */
function isHollow({ position, onKept, left }: Entry): boolean {
  return left === 0 && onKept === undefined && position === undefined;
}

/** It is hollow since all its findings gave way. */
function hasLost(entry: Entry): boolean {
  return isHollow(entry) && entry.findings > 0;
}
