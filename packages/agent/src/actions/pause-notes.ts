import { closeSync, existsSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { type ActionOutcome, type PlannedAction, recordOfOutcome, type UndoData } from '@seawall/policies';
import type { ActionRecord } from '@seawall/store';
import { z } from 'zod';
import { errors } from '../errors.ts';

/**
 * A file that knows of pauses as long as the store does not: should the agent be killed before a pause is stored, the next
 * start ends it. A pause is written down before the container is frozen.
 *
 * Nothing is synced: the file is to survive the end of the process. What is frozen does not survive that of the machine, and
 * flushes would slow down etcd beside it. It has its whole length from the start and is written in place, so that a
 * full disk, which keeps pauses out of the store, does not keep them out of here.
 */
export interface PauseNotes {
  /** Gives the file its whole length. To be called once, before anybody writes. @throws those of the file system */
  prepare(): void;
  /** @throws agent/PAUSE_NOT_NOTED, and those of the file system */
  add(record: ActionRecord): void;
  /** Takes it off, where it is there. @throws those of the file system */
  remove(key: string): void;
  /** What is in it. Where nothing can be made of a note, it is taken off and counted. @throws those of the file system */
  read(): { readonly records: readonly ActionRecord[]; readonly damaged: number };
  close(): void;
}

/** Two threads write: each has places of its own to add to, and either takes off, so that none waits for the other. */
export type NotingThread = 'hot loop' | 'main';

const PLACE_BYTES = 4096;
/** Guard rails let few pauses begin at a time; those that nobody has stored are fewer. */
const PLACES: Readonly<Record<NotingThread, { readonly from: number; readonly to: number }>> = {
  'hot loop': { from: 0, to: 48 },
  main: { from: 48, to: 64 },
};
const PLACE_COUNT = 64;
const EMPTY = Buffer.alloc(PLACE_BYTES);
/** Characters of why a policy asks for it: it says the least. */
const LONGEST_DETAIL = 500;

const nanoseconds = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt);

const note = z.object({
  key: z.string(),
  occurrence: z.string().optional(),
  actor: z.string(),
  target: z.string(),
  time: nanoseconds,
  detail: z.string(),
  latencyMilliseconds: z.number().optional(),
  undo: z.object({
    kind: z.literal('unpause'),
    containerId: z.string().min(1),
    unified: z.string().optional(),
    freezer: z.string().optional(),
    until: z.string().regex(/^\d{1,20}$/),
  }),
});

export function createPauseNotes(path: string, thread: NotingThread): PauseNotes {
  let descriptor: number | undefined;

  function open(): number {
    descriptor ??= openSync(path, 'r+');
    return descriptor;
  }

  /** @returns how much of it is there. */
  function readPlace(place: number, into: Buffer): number {
    return readSync(open(), into, 0, into.length, place * PLACE_BYTES);
  }

  function empty(place: number): void {
    writeSync(open(), EMPTY, 0, PLACE_BYTES, place * PLACE_BYTES);
  }

  /** Every place that is taken, with its note; undefined where nothing can be made of that. */
  function* taken(): Generator<readonly [place: number, record: ActionRecord | undefined]> {
    if (!existsSync(path)) return;
    const bytes = Buffer.alloc(PLACE_BYTES);
    for (let place = 0; place < PLACE_COUNT; place += 1) {
      bytes.fill(0);
      readPlace(place, bytes);
      if (!bytes.equals(EMPTY)) yield [place, recordIn(bytes)];
    }
  }

  return {
    prepare() {
      closeSync(openSync(path, 'a', 0o600));
      const file = open();
      for (let { size } = fstatSync(file); size < PLACE_COUNT * PLACE_BYTES; ) {
        size += writeSync(file, EMPTY, 0, PLACE_BYTES - (size % PLACE_BYTES), size);
      }
    },
    add(record) {
      const bytes = bytesOf(record);
      const first = Buffer.alloc(1);
      const { from, to } = PLACES[thread];
      for (let place = from; place < to; place += 1) {
        first[0] = 0;
        readPlace(place, first);
        if (first[0] !== 0) continue;
        writeSync(open(), bytes, 0, PLACE_BYTES, place * PLACE_BYTES);
        return;
      }
      throw errors.create('PAUSE_NOT_NOTED', { path, reason: `it holds ${to - from} already` });
    },
    remove(key) {
      for (const [place, record] of taken()) if (record?.key === key) empty(place);
    },
    read() {
      const records: ActionRecord[] = [];
      let damaged = 0;
      for (const [place, record] of taken()) {
        if (record !== undefined) {
          records.push(record);
          continue;
        }
        damaged += 1;
        empty(place);
      }
      return { records, damaged };
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };

  function bytesOf(record: ActionRecord): Buffer {
    const { key, occurrence, actor, target, time, latencyMilliseconds, undo } = record;
    const detail = record.detail.slice(0, LONGEST_DETAIL);
    const text = JSON.stringify({
      ...{ key, occurrence, actor, target, time: String(time), detail, latencyMilliseconds, undo },
    });
    const bytes = Buffer.alloc(PLACE_BYTES);
    const length = bytes.write(`${checksumOf(text)} ${text}\n`);
    if (length >= PLACE_BYTES || bytes[length - 1] !== 0x0a) {
      throw errors.create('PAUSE_NOT_NOTED', { path, reason: 'what is to be written is too long' });
    }
    return bytes;
  }
}

/** What a pause comes to if all goes well, as it is written down before it begins. */
export function notedPause(action: PlannedAction, undo: UndoData, now: bigint): ActionRecord {
  const outcome: ActionOutcome = { result: 'done', detail: 'paused', undo };
  return recordOfOutcome(action, outcome, now);
}

function recordIn(bytes: Buffer): ActionRecord | undefined {
  const end = bytes.indexOf('\n');
  const [, checksum, text] = /^([0-9a-f]{8}) (.*)$/s.exec(bytes.toString('utf8', 0, Math.max(0, end))) ?? [];
  if (text === undefined || checksum !== checksumOf(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { success, data } = note.safeParse(value);
  if (!success) return undefined;
  const { occurrence, latencyMilliseconds, undo, ...rest } = data;
  const { containerId, until, unified, freezer } = undo;
  return {
    ...rest,
    ...{ kind: 'pause-container', result: 'done', undone: undefined },
    ...{ occurrence, latencyMilliseconds },
    undo: { kind: 'unpause', containerId, unified, freezer, until },
  };
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
