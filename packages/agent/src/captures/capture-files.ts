import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, reasonOf } from '@seawall/base';
import { type CaptureSection, type CaptureWriter, createCaptureWriter } from '@seawall/events';
import { errors } from '../errors.ts';
import { batchOf, type EventChunk } from '../hot-loop/recent-events.ts';

/** What a finished capture came to. */
export interface CaptureReport {
  readonly path: string;
  readonly events: number;
  readonly bytes: number;
  /** Whether it ended early because it was as big as it may be. */
  readonly isCut: boolean;
}

/** Captures that actions asked for, being written into a folder. */
export interface CaptureFiles {
  /**
   * Adds events to the capture of that action, and begins it with the first.
   * @param name what the file's name tells besides the time: a rule, a container.
   */
  add(key: string, name: string, chunks: readonly EventChunk[], maximumBytes: number): Promise<void>;
  /** Ends it: what is there is whole then. @throws what writing it threw */
  finish(key: string): Promise<CaptureReport>;
  /**
   * Removes the oldest captures: those last written before `olderThan` (milliseconds since the epoch), then what is too much.
   * @returns how many.
   */
  retain(limits: { readonly olderThan: number; readonly maximumBytes: number }): number;
  /** Ends all that are being written. @throws an AggregateError of what that threw, after all have ended */
  close(): Promise<void>;
}

interface OpenCapture {
  readonly path: string;
  readonly unfinished: string;
  readonly writer: CaptureWriter;
  readonly maximumBytes: number;
  bytes: number;
  isCut: boolean;
  /** Writes one after the other. */
  work: Promise<void>;
  failure: unknown;
}

/** Until it is whole, a capture has this at the end of its name. */
const UNFINISHED = '.part';
const ENDING = '.scap';
/** A block around each event. */
const BLOCK_LENGTH = 16;
const LENGTH_OFFSET = 16;
const LONGEST_NAME = 80;

/**
 * @param directory made where it isn't there, for its owner alone: captures hold what processes read and wrote.
 * @param tables what a capture begins with: machine, users, processes as they are now.
 * @throws agent/CAPTURES_FOLDER_UNUSABLE
 */
export function createCaptureFiles(
  directory: string,
  tables: () => Iterable<CaptureSection>,
  clock: Clock,
): CaptureFiles {
  prepareFolder(directory);
  const open = new Map<string, OpenCapture>();

  function begin(key: string, name: string, maximumBytes: number): OpenCapture {
    const time = new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-');
    const safe = name.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, LONGEST_NAME);
    const path = join(directory, `${time}-${safe}-${randomUUID().slice(0, 8)}${ENDING}`);
    const unfinished = `${path}${UNFINISHED}`;
    const writer = createCaptureWriter(unfinished);
    const capture: OpenCapture = {
      path,
      unfinished,
      writer,
      maximumBytes,
      bytes: 0,
      isCut: false,
      work: Promise.resolve(),
      failure: undefined,
    };
    open.set(key, capture);
    enqueue(capture, async () => {
      for (const section of tables()) await writer.write(section);
    });
    return capture;
  }

  function enqueue(capture: OpenCapture, task: () => Promise<void>): void {
    capture.work = capture.work.then(task).catch((error: unknown) => {
      capture.failure ??= error;
    });
  }

  async function writeChunk(capture: OpenCapture, chunk: EventChunk): Promise<void> {
    const batch = batchOf(chunk);
    for (let index = 0; index < batch.count; index += 1) {
      const length = batch.data.getUint32(batch.offsets[index] + LENGTH_OFFSET, true) + BLOCK_LENGTH;
      if (capture.bytes + length > capture.maximumBytes) {
        capture.isCut = true;
        return;
      }
      capture.bytes += length;
      await capture.writer.writeEvent(batch, index, 0);
    }
  }

  async function finish(key: string): Promise<CaptureReport> {
    const capture = open.get(key);
    if (capture === undefined) throw new Error(`no capture ${key} is being written`);
    open.delete(key);
    await capture.work;
    try {
      const { events } = await capture.writer.close();
      if (capture.failure !== undefined) throw capture.failure;
      renameSync(capture.unfinished, capture.path);
      return { path: capture.path, events, bytes: statSync(capture.path).size, isCut: capture.isCut };
    } catch (error) {
      rmSync(capture.unfinished, { force: true });
      throw error;
    }
  }

  return {
    async add(key, name, chunks, maximumBytes) {
      const capture = open.get(key) ?? begin(key, name, maximumBytes);
      enqueue(capture, async () => {
        for (const chunk of chunks) if (!capture.isCut) await writeChunk(capture, chunk);
      });
      await capture.work;
    },
    finish,
    retain({ olderThan, maximumBytes }) {
      const files = readdirSync(directory)
        .filter((name) => name.endsWith(ENDING))
        .flatMap((name) => {
          const path = join(directory, name);
          // Whoever looks after the folder may be faster.
          const facts = statSync(path, { throwIfNoEntry: false });
          return facts === undefined ? [] : [{ path, time: facts.mtimeMs, size: facts.size }];
        })
        .sort((left, right) => right.time - left.time);
      let bytes = 0;
      let removed = 0;
      for (const { path, time, size } of files) {
        bytes += size;
        if (time >= olderThan && bytes <= maximumBytes) continue;
        rmSync(path, { force: true });
        removed += 1;
      }
      return removed;
    },
    async close() {
      const ended = await Promise.allSettled([...open.keys()].map(finish));
      const reasons = ended.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      if (reasons.length > 0) throw new AggregateError(reasons, 'captures could not be ended');
    },
  };
}

function prepareFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // What a run that was ended left behind is not whole, and nobody will finish it.
    for (const name of readdirSync(directory)) if (name.endsWith(UNFINISHED)) rmSync(join(directory, name));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'it is no folder' : reasonOf(error);
    throw errors.create('CAPTURES_FOLDER_UNUSABLE', { path: directory, reason }, error);
  }
}
