import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { EventBatch } from '../batch.ts';
import { errors } from '../errors.ts';
import { largePayloadByType } from '../table/event-type.ts';
import { HEADER_LENGTH } from '../view.ts';
import { EVENT_V2, EVENT_V2_LARGE, FLAGGED_EVENT_V2, FLAGGED_EVENT_V2_LARGE } from './block-types.ts';
import { type Compatibility, type KnownTable, knownTableOf } from './compatibility.ts';
import { createEncoder, type Encoder, reserve } from './encoder.ts';
import type { CaptureSection } from './section.ts';
import { putTable } from './write-tables.ts';

export interface WriteOptions {
  readonly compression?: 'none' | 'gzip';
  /** Writes for a reader that knows less than today's table; what it can't read is left out and counted. */
  readonly compatibility?: Compatibility;
}

export interface WriteResult {
  readonly events: number;
  /** Events left out because the reader written for doesn't know their type, by type id. */
  readonly leftOut: ReadonlyMap<number, number>;
}

export interface CaptureWriter {
  /** Writes a section with all of its events. The first must be a `header`. */
  write(section: CaptureSection): Promise<void>;
  /**
   * Writes one event of a batch.
   * @param flags SCAP_DF_*; 1 marks an event that is only there to keep a reader's state right.
   */
  writeEvent(batch: EventBatch, index: number, flags?: number): void | Promise<void>;
  /** Writes what is left and closes a file (an own stream is ended too). Nothing is complete before. */
  close(): Promise<WriteResult>;
}

const FLUSH_AT = 256 * 1024;
/** Captures hold what processes read and wrote, and their environments: they are for who makes them alone. */
const FILE_MODE = 0o600;

/**
 * Writes a .scap capture of format 1.2 in today's event table, as a stream.
 * @param output a path, or a stream that it takes over. What the stream is given is used again once it has called back:
 *   whoever keeps it, keeps a copy.
 * Throws CAPTURE_UNWRITABLE, from any of its functions.
 */
export function createCaptureWriter(output: string | Writable, options: WriteOptions = {}): CaptureWriter {
  const path = typeof output === 'string' ? output : 'the output';
  const file = typeof output === 'string' ? createWriteStream(output, { mode: FILE_MODE }) : output;
  const gzip = options.compression === 'gzip' ? createGzip() : undefined;
  const target: Writable = gzip ?? file;
  const isDone: Promise<unknown> = (gzip === undefined ? finished(file) : pipeline(gzip, file)).then(
    () => undefined,
    (error: unknown) => error,
  );
  const known = knownTableOf(options.compatibility);
  const leftOut = new Map<number, number>();
  let encoder = createEncoder(FLUSH_AT * 2);
  let spare = createEncoder(FLUSH_AT * 2);
  let events = 0;

  async function flush(): Promise<void> {
    const full = encoder;
    encoder = spare;
    spare = full;
    const failure = await new Promise<unknown>((resolve) => {
      target.write(full.bytes.subarray(0, full.length), (error) => resolve(error ?? undefined));
    });
    full.length = 0;
    if (failure !== undefined) throw unwritable(path, (await isDone) ?? failure);
  }

  function append(batch: EventBatch, index: number, flags: number): void {
    const type = batch.data.getUint16(batch.offsets[index]! + 20, true);
    if (type >= known.typeCount) {
      leftOut.set(type, (leftOut.get(type) ?? 0) + 1);
      return;
    }
    putEvent(encoder, batch, index, flags, known);
    events++;
  }

  return {
    async write(section) {
      if (section.kind !== 'events') {
        putTable(encoder, section);
        if (encoder.length >= FLUSH_AT) await flush();
        return;
      }
      const { batch } = section;
      for (let index = 0; index < batch.count; index++) {
        append(batch, index, batch.flags?.[index] ?? 0);
        if (encoder.length >= FLUSH_AT) await flush();
      }
    },
    writeEvent(batch, index, flags = batch.flags?.[index] ?? 0) {
      append(batch, index, flags);
      return encoder.length >= FLUSH_AT ? flush() : undefined;
    },
    async close() {
      if (encoder.length > 0) await flush();
      target.end();
      const failure = await isDone;
      if (failure !== undefined) throw unwritable(path, failure);
      return { events, leftOut };
    },
  };
}

function putEvent(
  encoder: Encoder,
  batch: EventBatch,
  index: number,
  flags: number,
  known: KnownTable,
): void {
  const { data, bytes } = batch;
  const event = batch.offsets[index]!;
  const type = data.getUint16(event + 20, true);
  const parameterCount = data.getUint32(event + 22, true);
  const knownCount = known.parameterCounts.get(type) ?? parameterCount;
  const isLarge = largePayloadByType[type] === 1;
  const start = reserve(encoder, flags === 0 ? 10 : 14);
  const to = encoder.bytes;
  if (flags === 0) {
    to.writeUInt32LE(isLarge ? EVENT_V2_LARGE : EVENT_V2, start);
  } else {
    to.writeUInt32LE(isLarge ? FLAGGED_EVENT_V2_LARGE : FLAGGED_EVENT_V2, start);
    to.writeUInt32LE(flags, start + 10);
  }
  to.writeUInt16LE(batch.cpus[index]!, start + 8);
  if (parameterCount > knownCount) {
    putShortened(encoder, batch, event, knownCount);
  } else {
    const length = data.getUint32(event + 16, true);
    const at = reserve(encoder, length);
    encoder.bytes.set(bytes.subarray(event, event + length), at);
  }
  const padding = -(encoder.length - start) & 3;
  const end = reserve(encoder, padding + 4);
  encoder.bytes.fill(0, end, end + padding);
  const blockLength = encoder.length - start;
  encoder.bytes.writeUInt32LE(blockLength, start + 4);
  encoder.bytes.writeUInt32LE(blockLength, end + padding);
}

/** Writes the event with its first parameters only (of a type whose lengths take 2 bytes). */
function putShortened(encoder: Encoder, batch: EventBatch, event: number, count: number): void {
  const { data, bytes } = batch;
  const parameterCount = data.getUint32(event + 22, true);
  const lengths = event + HEADER_LENGTH;
  const parameters = lengths + parameterCount * 2;
  let size = 0;
  for (let index = 0; index < count; index++) size += data.getUint16(lengths + index * 2, true);
  const length = HEADER_LENGTH + count * 2 + size;
  const at = reserve(encoder, length);
  encoder.bytes.set(bytes.subarray(event, lengths + count * 2), at);
  encoder.bytes.set(bytes.subarray(parameters, parameters + size), at + HEADER_LENGTH + count * 2);
  encoder.bytes.writeUInt32LE(length, at + 16);
  encoder.bytes.writeUInt32LE(count, at + 22);
}

function unwritable(path: string, cause: unknown): Error {
  return errors.create('CAPTURE_UNWRITABLE', { path, reason: (cause as Error).message }, cause);
}
