import type { EventBatch } from '@seawall/events';
import type { Tables } from '@seawall/inspector';
import type { ActionOutcome, PlannedAction } from '@seawall/policies';
import type { CaptureMessage } from './messages.ts';
import { chunkOf, createRecentEvents, type EventChunk, type RecentEvents } from './recent-events.ts';

/** Copies events for the captures that actions ask for: what was before from memory, then what comes. */
export interface Capturing {
  /**
   * A capture begins; what is in memory goes out with the next batch.
   * @returns how it failed; undefined where it has begun.
   */
  begin(action: PlannedAction, containerId: string | undefined): ActionOutcome | undefined;
  /** To be called with each batch after rules have seen it. */
  add(batch: EventBatch, tables: Tables | undefined): void;
  /** To be called now and then: ends captures whose time is over, also when nothing happens. */
  expire(now: bigint): void;
  /** Ends all. */
  end(): void;
}

interface Active {
  readonly key: string;
  /** Undefined: events of all. */
  readonly containerId: string | undefined;
  /** Nanoseconds since the epoch. */
  readonly since: bigint;
  readonly until: bigint;
  readonly maximumBytes: number;
  bytes: number;
  hasPast: boolean;
}

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
/** Captures at the same time. */
const MOST_CAPTURES = 8;

/**
 * @param recentBytes memory for what was before.
 * @param recentMilliseconds how far back it reaches at most.
 */
export function createCapturing(
  recentBytes: number,
  recentMilliseconds: number,
  post: (message: CaptureMessage) => void,
): Capturing {
  const recent: RecentEvents = createRecentEvents(recentBytes, recentMilliseconds);
  const active: Active[] = [];
  let tables: Tables | undefined;

  function send(capture: Active, chunks: readonly EventChunk[], isLast: boolean): void {
    const wanted = chunks
      .map((chunk) => wantedOf(chunk, capture, tables))
      .filter(({ offsets }) => offsets.length > 0);
    for (const { bytes } of wanted) capture.bytes += bytes.length;
    if (wanted.length > 0 || isLast) post({ kind: 'capture', key: capture.key, chunks: wanted, isLast });
  }

  /** What was before the capture began, once. */
  function pastOf(capture: Active): readonly EventChunk[] {
    if (capture.hasPast) return [];
    capture.hasPast = true;
    return recent.copy();
  }

  function finish(isOver: (capture: Active) => boolean): void {
    for (const capture of active.filter(isOver)) {
      active.splice(active.indexOf(capture), 1);
      send(capture, pastOf(capture), true);
    }
  }

  return {
    begin({ key, eventTime, parameters }, containerId) {
      if (active.length >= MOST_CAPTURES) {
        const detail = `${MOST_CAPTURES} captures are being written, and no more at once`;
        return { result: 'failed', detail, undo: undefined };
      }
      const { beforeMilliseconds = recentMilliseconds, afterMilliseconds = 0 } = parameters;
      active.push({
        key,
        containerId: parameters.extent === 'container' ? containerId : undefined,
        since: eventTime - nanoseconds(beforeMilliseconds),
        until: eventTime + nanoseconds(afterMilliseconds),
        maximumBytes: parameters.maximumBytes ?? Number.POSITIVE_INFINITY,
        bytes: 0,
        hasPast: false,
      });
      return undefined;
    },
    add(batch, currentTables) {
      tables = currentTables;
      if (active.length > 0) {
        const now = chunkOf(batch);
        for (const capture of active) send(capture, [...pastOf(capture), now], false);
        finish(({ bytes, maximumBytes }) => bytes >= maximumBytes);
      }
      recent.add(batch);
    },
    expire(now) {
      finish(({ until }) => until <= now);
    },
    end() {
      finish(() => true);
    },
  };
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds)) * NANOSECONDS_PER_MILLISECOND;
}

const TID_OFFSET = 8;
const LENGTH_OFFSET = 16;

/**
 * The events of a capture's time and of its container's threads, copied together. Those of threads that have ended stay:
 * nobody can tell any more whose they were, and what led to a finding is often done by them.
 */
function wantedOf(
  chunk: EventChunk,
  { containerId, since }: Pick<Active, 'containerId' | 'since'>,
  tables: Tables | undefined,
): EventChunk {
  const { bytes, offsets } = chunk;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const known = new Map<number, boolean>();
  const isOfContainer = (tid: number): boolean => {
    if (containerId === undefined || tables === undefined) return true;
    let answer = known.get(tid);
    if (answer === undefined) {
      const process = tables.process(tid);
      answer = process === undefined || process.containerId === containerId;
      known.set(tid, answer);
    }
    return answer;
  };
  const kept = Array.from(offsets.keys()).filter(
    (index) =>
      data.getBigUint64(offsets[index], true) >= since &&
      isOfContainer(Number(data.getBigInt64(offsets[index] + TID_OFFSET, true))),
  );
  return kept.length === offsets.length ? chunk : pick(chunk, kept, data);
}

/** Some events of a chunk, without the room that the others took. */
function pick(
  { bytes, offsets, cpus, numbers }: EventChunk,
  kept: readonly number[],
  data: DataView,
): EventChunk {
  const lengths = kept.map((index) => data.getUint32(offsets[index] + LENGTH_OFFSET, true));
  const packed = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  const packedOffsets = new Uint32Array(kept.length);
  let end = 0;
  kept.forEach((index, position) => {
    packedOffsets[position] = end;
    packed.set(bytes.subarray(offsets[index], offsets[index] + lengths[position]), end);
    end += lengths[position];
  });
  return {
    bytes: packed,
    offsets: packedOffsets,
    cpus: Uint16Array.from(kept, (index) => cpus[index]),
    numbers: Float64Array.from(kept, (index) => numbers[index]),
  };
}
