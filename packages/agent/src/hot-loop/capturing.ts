import type { EventBatch } from '@seawall/events';
import type { Tables } from '@seawall/inspector';
import type { PlannedAction } from '@seawall/policies';
import type { CaptureMessage } from './messages.ts';
import { chunkOf, createRecentEvents, type EventChunk, type RecentEvents } from './recent-events.ts';

/** Copies events for the captures that actions ask for: what was before from memory, then what comes. */
export interface Capturing {
  /** A capture begins; what is in memory goes out with the next batch. */
  begin(action: PlannedAction, containerId: string | undefined): void;
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
  readonly until: bigint;
  readonly maximumBytes: number;
  bytes: number;
  hasPast: boolean;
}

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
/** Captures at the same time; of what comes beyond, the finding says so. */
export const MOST_CAPTURES = 8;

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

  function send(capture: Active, chunks: readonly EventChunk[], isLast: boolean): void {
    for (const { bytes } of chunks) capture.bytes += bytes.length;
    if (chunks.length > 0 || isLast) post({ kind: 'capture', key: capture.key, chunks, isLast });
  }

  function finish(isOver: (capture: Active) => boolean): void {
    for (const capture of active.filter(isOver)) {
      active.splice(active.indexOf(capture), 1);
      send(capture, [], true);
    }
  }

  return {
    begin({ key, eventTime, parameters }, containerId) {
      if (active.length >= MOST_CAPTURES) {
        post({ kind: 'capture', key, chunks: [], isLast: true });
        return;
      }
      const after = BigInt(Math.round(parameters.afterMilliseconds ?? 0)) * NANOSECONDS_PER_MILLISECOND;
      active.push({
        key,
        containerId: parameters.extent === 'container' ? containerId : undefined,
        until: eventTime + after,
        maximumBytes: parameters.maximumBytes ?? Number.POSITIVE_INFINITY,
        bytes: 0,
        hasPast: false,
      });
    },
    add(batch, tables) {
      if (active.length > 0) {
        const past = active.some(({ hasPast }) => !hasPast) ? recent.copy() : [];
        const now = chunkOf(batch);
        for (const capture of active) {
          const chunks = capture.hasPast ? [now] : [...past, now];
          capture.hasPast = true;
          send(
            capture,
            chunks.map((chunk) => ofContainer(chunk, capture.containerId, tables)),
            false,
          );
        }
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

const TID_OFFSET = 8;

/**
 * The events of a container's threads. Those of threads that have ended stay: nobody can tell any more whose they were,
 * and what led to a finding is often done by them.
 */
function ofContainer(
  chunk: EventChunk,
  containerId: string | undefined,
  tables: Tables | undefined,
): EventChunk {
  if (containerId === undefined || tables === undefined) return chunk;
  const { bytes, offsets, cpus, numbers } = chunk;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const known = new Map<number, boolean>();
  const isKept = (tid: number): boolean => {
    let answer = known.get(tid);
    if (answer === undefined) {
      const process = tables.process(tid);
      answer = process === undefined || process.containerId === containerId;
      known.set(tid, answer);
    }
    return answer;
  };
  const kept = Array.from(offsets.keys()).filter((index) =>
    isKept(Number(data.getBigInt64(offsets[index] + TID_OFFSET, true))),
  );
  return {
    bytes,
    offsets: Uint32Array.from(kept, (index) => offsets[index]),
    cpus: Uint16Array.from(kept, (index) => cpus[index]),
    numbers: Float64Array.from(kept, (index) => numbers[index]),
  };
}
