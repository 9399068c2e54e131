import { conversionOf } from '../convert/conversion-table.ts';
import { type Converter, MAXIMUM_CONVERTED_LENGTH } from '../convert/converter.ts';
import { CONVERT, COUNT_DECIDES, DROP, eligibilityOf, ruleByType } from '../convert/eligibility.ts';
import type { EventSpan } from '../convert/event-span.ts';
import { EVENT_TYPE_COUNT, eventTypes, largePayloadByType } from '../table/event-type.ts';
import { HEADER_LENGTH } from '../view.ts';
import { blockKindOf, EVENT_V2 } from './block-types.ts';
import type { WindowBatch } from './event-batch.ts';
import { OLD_HEADER_LENGTH, rewriteOldHeader } from './old-header.ts';
import { SPARE, type Window } from './window.ts';

/** Why collecting stopped. */
export type Stop =
  /** The batch or its spare room is full. */
  | { readonly reason: 'full' }
  /** The next block is not an event, or its type and length aren't there yet. */
  | { readonly reason: 'other' }
  /** The next block, an event, takes that many bytes, which aren't there yet. */
  | { readonly reason: 'incomplete'; readonly length: number }
  /** The next block can't be right. */
  | { readonly reason: 'damaged'; readonly fault: string; readonly cause?: unknown };

export const FULL: Stop = { reason: 'full' };
export const OTHER: Stop = { reason: 'other' };

/** Longest block of an ordinary event that Falco writes or reads. */
export const MAXIMUM_BLOCK = 64 * 1024 + 8;
/** Longest block of a large event that is believed. */
const MAXIMUM_LARGE_BLOCK = 64 * 1024 * 1024;
/** Type and length, CPU, event header, length again. */
export const MINIMUM_BLOCK = 8 + 2 + HEADER_LENGTH + 4;

/**
 * An ordinary event block of today's format, as offsets from its start: block type and length (u32 each), CPU (u16),
 * the event's header (timestamp u64, thread u64, length u32, type u16, number of parameters u32), the lengths of its
 * parameters (u16 each), the parameters, the block's length again.
 */
export const PLAIN_BLOCK = {
  type: EVENT_V2,
  leastLength: MINIMUM_BLOCK,
  mostLength: MAXIMUM_BLOCK,
  event: 10,
  tid: 18,
  eventLength: 26,
  eventType: 30,
  parameterCount: 32,
  lengths: 36,
} as const;

/** Where passing has come to. */
export interface PassingPlace {
  /** Where the next block starts, in the data that is being passed. */
  position: number;
  /** How many events the last call took. */
  passed: number;
  /** Whether the block at the position was looked at and is not to be passed. */
  isBarred: boolean;
}

/** What collecting needs to go on where it stopped. */
export interface Collector {
  readonly window: Window;
  readonly batch: WindowBatch;
  readonly converter: Converter;
  /** Number of the last event that was delivered. */
  number: number;
  /** Bytes of the window's spare room that the batch uses. */
  spareUsed: number;
  readonly counts: { dropped: number; unknown: number };
  readonly place: PassingPlace;
  /** The event that is being converted, and where to: made once, moved for each. */
  readonly from: MovableSpan;
  readonly to: MovableSpan;
}

type MovableSpan = { -readonly [Key in keyof EventSpan]: EventSpan[Key] };

/** More parameters than a block has room for. */
const NEVER = 0xffff;

/** By type: the number of parameters with which an ordinary event is delivered as it lies, NEVER where that takes more. */
export const plainCountByType = Uint16Array.from(eventTypes, (type) => {
  const rule = ruleByType[type.id];
  return type.hasLargePayload || rule === DROP || rule === CONVERT ? NEVER : type.parameters.length;
});

/**
 * By type: the least number of parameters with which converting an ordinary event does nothing but append parameters
 * that read as 0 or as empty, which those that an event lacks do anyway; where there is no such number, that of
 * `plainCountByType`.
 */
export const leastCountByType = Uint16Array.from(plainCountByType, (plainCount, type) => {
  if (plainCount === NEVER) return NEVER;
  let least = plainCount;
  while (least > 0 && appendsZeros(type, least - 1)) least -= 1;
  return least;
});

function appendsZeros(type: number, count: number): boolean {
  const conversion = ruleByType[type] === COUNT_DECIDES ? conversionOf(type, count) : undefined;
  return conversion?.appended?.every((bytes) => bytes.every((byte) => byte === 0)) === true;
}

/** Takes any event block into the batch: gives the block's length, or why taking stops in front of it. */
export function takeBlock(collector: Collector, position: number): number | Stop {
  const { window, counts } = collector;
  const { data } = window;
  const kind = blockKindOf(data.getUint32(position, true));
  if (kind?.kind !== 'events') return OTHER;
  if (collector.spareUsed > SPARE - MAXIMUM_CONVERTED_LENGTH) return FULL;
  const length = data.getUint32(position + 4, true);
  const overhead = 8 + 2 + (kind.hasFlags ? 4 : 0) + 4;
  const headerLength = kind.hasCount ? HEADER_LENGTH : OLD_HEADER_LENGTH;
  if (length < overhead + headerLength || length > (kind.isLarge ? MAXIMUM_LARGE_BLOCK : MAXIMUM_BLOCK)) {
    return damaged(`a block of ${length} bytes can't hold an event`);
  }
  const next = position + length;
  if (next > window.limit) return { reason: 'incomplete', length };
  const trailer = data.getUint32(next - 4, true);
  if (trailer !== length) return damaged(`its length is ${length} in front and ${trailer} behind`);
  const cpu = data.getUint16(position + 8, true);
  const flags = kind.hasFlags ? data.getUint32(position + 10, true) : 0;
  let event = position + (kind.hasFlags ? 14 : 10);
  const end = next - 4;
  const type = data.getUint16(event + 20, true);
  if (type >= EVENT_TYPE_COUNT) {
    counts.unknown++;
    return length;
  }
  if (!kind.hasCount) {
    const fault = rewriteOldHeader(data, window.bytes, event, end);
    if (fault !== undefined) return damaged(fault);
    event -= 4;
  }
  const eventLength = data.getUint32(event + 16, true);
  const parameterCount = data.getUint32(event + 22, true);
  if (event + eventLength > end || !holdsParameters(data, event, eventLength, type, parameterCount)) {
    return damaged("an event's parameters do not fit into it");
  }
  const eligibility = eligibilityOf(type, parameterCount);
  if (eligibility === 'pass') {
    deliver(collector, event, cpu, flags);
  } else if (eligibility === 'drop') {
    counts.dropped++;
  } else if (eligibility === 'convert') {
    const fault = convert(collector, event, cpu, flags);
    if (fault !== undefined) return fault;
  } else {
    const { symbol, parameters } = eventTypes[type]!;
    return damaged(`a ${symbol} has ${parameterCount} parameters, at most ${parameters.length} are known`);
  }
  return length;
}

function deliver(collector: Collector, event: number, cpu: number, flags: number): void {
  const { batch } = collector;
  const { count } = batch;
  batch.offsets[count] = event;
  batch.cpus[count] = cpu;
  batch.flags[count] = flags;
  batch.numbers[count] = ++collector.number;
  batch.count = count + 1;
}

/** Converts the event into the spare room and delivers it from there, or drops it. */
function convert(collector: Collector, event: number, cpu: number, flags: number): Stop | undefined {
  const { window, converter, counts } = collector;
  const offset = window.capacity + collector.spareUsed;
  const { from, to } = collector;
  from.bytes = to.bytes = window.bytes;
  from.data = to.data = window.data;
  from.offset = event;
  to.offset = offset;
  try {
    const length = converter.convert(from, to);
    if (length === 0) {
      counts.dropped++;
    } else {
      collector.spareUsed += length;
      deliver(collector, offset, cpu, flags);
    }
  } catch (cause) {
    return damaged((cause as Error).message, cause);
  }
  return undefined;
}

function damaged(fault: string, cause?: unknown): Stop {
  return { reason: 'damaged', fault, cause };
}

/** True where the event's length holds its header, its list of lengths, and as many bytes as those add up to. */
function holdsParameters(
  data: DataView,
  event: number,
  length: number,
  type: number,
  parameterCount: number,
): boolean {
  let lengths = event + HEADER_LENGTH;
  const end = event + length;
  if (largePayloadByType[type] === 1) {
    let at = lengths + parameterCount * 4;
    if (at > end) return false;
    for (let index = 0; index < parameterCount; index++, lengths += 4) at += data.getUint32(lengths, true);
    return at <= end;
  }
  let at = lengths + parameterCount * 2;
  if (at > end) return false;
  for (let index = 0; index < parameterCount; index++, lengths += 2) at += data.getUint16(lengths, true);
  return at <= end;
}
