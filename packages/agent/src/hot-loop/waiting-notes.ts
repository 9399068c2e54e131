import { type Clock, reasonOf } from '@seawall/base';
import { timestampOf } from '@seawall/events';
import type { EventContext } from '@seawall/inspector';
import { priorities } from '@seawall/rules';
import type { WaitingEvent } from '../waiting/container-waiting.ts';
import { readContext, writeContext } from '../waiting/written-context.ts';
import type { SectionsWatch } from '../watch/watch-sections.ts';
import { WAITING_PREFIX } from './options.ts';

/**
 * Events that wait for the description of their container, as entries of the store's memory: should the agent be killed
 * before they are decided, the next run decides them. An entry goes with the findings that its event comes to.
 */
export interface WaitingNotes {
  /** Writes down what has come to wait since the last time; what there is no room for is left to the gap. */
  write(): void;
  /** Takes up what earlier runs wrote down. @returns of what nothing can be made, when it happened and why. */
  recall(written: ReadonlyMap<string, string>): readonly { readonly time: bigint; readonly reason: string }[];
  /** What is written down of the event that is being decided; undefined where nothing is. */
  of(context: EventContext): WaitingNote | undefined;
  /** A finding of the event is on its way, and takes the entry with it. */
  handOn(context: EventContext): void;
  /** The event is decided: where no finding has taken the entry with it, it goes now. */
  drop(context: EventContext): void;
  /** What is to be kept, and what no more, since the last time. */
  takeChanges(): ReadonlyMap<string, string | undefined>;
}

export interface WaitingNote {
  readonly key: string;
  /** The event's name for good, and when it happened: nanoseconds since the epoch. */
  readonly event: string;
  readonly time: bigint;
  readonly isOfEarlierRun: boolean;
}

export interface WaitingNotesOptions {
  /** The run's identity, which the names of its events begin with. */
  readonly run: string;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly watch: Pick<SectionsWatch, 'tables'> & {
    readonly waiting: Pick<SectionsWatch['waiting'], 'unwritten' | 'resume'>;
  };
}

interface KeptNote extends WaitingNote {
  readonly bytes: number;
  readonly parked: WaitingEvent | undefined;
  isHandedOn: boolean;
}

/** Entries at a time, those of earlier runs among them: then the least urgent of this run gives way, and is left to the gap. */
const MOST_NOTES = 512;
const MOST_BYTES = 4 * 1024 * 1024;
/** Written in one go, and milliseconds for it: the hot loop has other things to do. */
const MOST_AT_ONCE = 32;
const LONGEST_AT_ONCE = 4;

export function createWaitingNotes({ run, watch, clock }: WaitingNotesOptions): WaitingNotes {
  const notes = new Map<EventContext, KeptNote>();
  /** Those of this run by urgency, each oldest first. */
  const byUrgency = priorities.map(() => new Set<EventContext>());
  let changes = new Map<string, string | undefined>();
  let count = 0;
  let bytes = 0;

  function forget(context: EventContext): KeptNote | undefined {
    const note = notes.get(context);
    notes.delete(context);
    if (note === undefined) return undefined;
    if (note.parked !== undefined) byUrgency[note.parked.urgency].delete(context);
    count -= 1;
    bytes -= note.bytes;
    return note;
  }

  function keep(context: EventContext, note: Omit<KeptNote, 'isHandedOn'>): void {
    notes.set(context, { ...note, isHandedOn: false });
    count += 1;
    bytes += note.bytes;
  }

  function noteDropped(key: string): void {
    // What nobody has heard of yet need not be taken back.
    if (changes.get(key) === undefined) changes.set(key, undefined);
    else changes.delete(key);
  }

  /** @returns whether there is room for so much more of that urgency, now that what is less urgent has given way. */
  function makeRoom(size: number, urgency: number): boolean {
    while (count >= MOST_NOTES || bytes + size > MOST_BYTES) {
      const least = byUrgency.findLastIndex((contexts) => contexts.size > 0);
      if (least <= urgency) return false;
      const [context] = byUrgency[least] as ReadonlySet<EventContext>;
      const { key, parked } = forget(context) as KeptNote;
      if (parked !== undefined) parked.writing = 'not written';
      noteDropped(key);
    }
    return true;
  }

  /** Whether it is worth the while to make a text of something of that urgency. */
  function mayHaveRoom(urgency: number): boolean {
    const isFull = count >= MOST_NOTES || bytes >= MOST_BYTES;
    return !isFull || byUrgency.findLastIndex((contexts) => contexts.size > 0) > urgency;
  }

  function write(parked: WaitingEvent): void {
    const { context } = parked.frozen;
    const text = textOf(parked);
    if (text === undefined || !makeRoom(text.length, parked.urgency)) return;
    const { view } = context;
    const event = `${run}/${view.number}`;
    const time = timestampOf(view);
    const key = `${WAITING_PREFIX}${time}/${event}`;
    keep(context, { key, event, time, parked, bytes: text.length, isOfEarlierRun: false });
    byUrgency[parked.urgency].add(context);
    changes.set(key, text);
    parked.writing = 'written';
  }

  return {
    write() {
      const end = clock.monotonic() + LONGEST_AT_ONCE;
      let written = 0;
      for (const parked of watch.waiting.unwritten()) {
        if (written >= MOST_AT_ONCE || (written > 0 && clock.monotonic() >= end)) return;
        parked.writing = 'not written';
        if (!mayHaveRoom(parked.urgency)) continue;
        written += 1;
        write(parked);
      }
    },
    recall(written) {
      const lost: { time: bigint; reason: string }[] = [];
      for (const [key, text] of written) {
        const [, time = '0', event = key] = /^waiting\/(\d{1,20})\/(.+)$/s.exec(key) ?? [];
        if (event.startsWith(`${run}/`)) continue;
        try {
          const { frozen, rules } = readContext(text, watch.tables);
          const facts = { parked: undefined, bytes: text.length, isOfEarlierRun: true };
          keep(frozen.context, { key, event, time: BigInt(time), ...facts });
          watch.waiting.resume(frozen, rules);
        } catch (error) {
          noteDropped(key);
          lost.push({ time: BigInt(time), reason: reasonOf(error) });
        }
      }
      return lost;
    },
    of: (context) => notes.get(context),
    handOn(context) {
      const note = notes.get(context);
      if (note !== undefined) note.isHandedOn = true;
    },
    drop(context) {
      const note = forget(context);
      if (note !== undefined && !note.isHandedOn) noteDropped(note.key);
    },
    takeChanges() {
      const taken = changes;
      changes = new Map();
      return taken;
    },
  };
}

/** What can't be written down is left to the gap, whatever the reason: that ends no agent. */
function textOf({ frozen, names }: WaitingEvent): string | undefined {
  try {
    return writeContext(frozen, names);
  } catch {
    return undefined;
  }
}
