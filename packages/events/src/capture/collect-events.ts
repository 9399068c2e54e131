import { type Converter, MAXIMUM_CONVERTED_LENGTH } from '../convert/converter.ts';
import { CONVERT, DROP, PASS, parameterCountByType, ruleByType } from '../convert/eligibility.ts';
import type { EventSpan } from '../convert/event-span.ts';
import { EVENT_TYPE_COUNT, eventTypes, largePayloadByType } from '../table/event-type.ts';
import { HEADER_LENGTH } from '../view.ts';
import {
  blockKindOf,
  EVENT_V2,
  EVENT_V2_LARGE,
  FLAGGED_EVENT_V2,
  FLAGGED_EVENT_V2_LARGE,
} from './block-types.ts';
import { BATCH_CAPACITY, type WindowBatch } from './event-batch.ts';
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

const FULL: Stop = { reason: 'full' };
const OTHER: Stop = { reason: 'other' };

/** Longest block of an ordinary event that Falco writes or reads. */
const MAXIMUM_BLOCK = 64 * 1024 + 8;
/** Longest block of a large event that is believed. */
const MAXIMUM_LARGE_BLOCK = 64 * 1024 * 1024;
/** Type and length, CPU, event header, length again. */
const MINIMUM_BLOCK = 8 + 2 + OLD_HEADER_LENGTH + 4;

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
}

/**
 * Fills the batch with the events in the window, in place, as far as whole event blocks follow one another, and moves the
 * window's position behind them. Each event is checked to lie within its block, and each parameter within its event.
 */
export function collectEvents(collector: Collector): Stop {
  const { window, batch } = collector;
  const { data, limit } = window;
  const { offsets, cpus, numbers, flags } = batch;
  batch.bytes = window.bytes;
  batch.data = data;
  collector.spareUsed = 0;
  let { position } = window;
  let { number } = collector;
  let count = 0;
  let stop: Stop = OTHER;

  while (limit - position >= 8) {
    if (count === BATCH_CAPACITY || collector.spareUsed > SPARE - MAXIMUM_CONVERTED_LENGTH) {
      stop = FULL;
      break;
    }
    const blockType = data.getUint32(position, true);
    const blockLength = data.getUint32(position + 4, true);
    let event = position + 10;
    let isOld = false;
    let maximum = MAXIMUM_BLOCK;
    let eventFlags = 0;
    let hasFlags = false;
    if (blockType !== EVENT_V2) {
      if (blockType === EVENT_V2_LARGE) {
        maximum = MAXIMUM_LARGE_BLOCK;
      } else if (blockType === FLAGGED_EVENT_V2) {
        hasFlags = true;
      } else if (blockType === FLAGGED_EVENT_V2_LARGE) {
        hasFlags = true;
        maximum = MAXIMUM_LARGE_BLOCK;
      } else {
        const kind = blockKindOf(blockType);
        if (kind?.kind !== 'events') break;
        isOld = true;
        hasFlags = kind.hasFlags;
      }
    }
    if (blockLength < MINIMUM_BLOCK || blockLength > maximum) {
      stop = damaged(`a block of ${blockLength} bytes can't hold an event`);
      break;
    }
    const next = position + blockLength;
    if (next > limit) {
      stop = { reason: 'incomplete', length: blockLength };
      break;
    }
    if (data.getUint32(next - 4, true) !== blockLength) {
      stop = damaged('its length in front differs from the one behind it');
      break;
    }
    const cpu = data.getUint16(position + 8, true);
    if (hasFlags) {
      eventFlags = data.getUint32(event, true);
      event += 4;
    }
    const end = next - 4;
    if (event + (isOld ? OLD_HEADER_LENGTH : HEADER_LENGTH) > end) {
      stop = damaged(`a block of ${blockLength} bytes can't hold an event`);
      break;
    }
    const type = data.getUint16(event + 20, true);
    if (type >= EVENT_TYPE_COUNT) {
      collector.counts.unknown++;
      position = next;
      continue;
    }
    if (isOld) {
      const fault = rewriteOldHeader(data, window.bytes, event, end);
      if (fault !== undefined) {
        stop = damaged(fault);
        break;
      }
      event -= 4;
    }
    const length = data.getUint32(event + 16, true);
    const parameterCount = data.getUint32(event + 22, true);
    if (event + length > end || !holdsParameters(data, event, length, type, parameterCount)) {
      stop = damaged("an event's parameters do not fit into it");
      break;
    }
    const rule = ruleByType[type];
    if (rule === PASS || parameterCount === parameterCountByType[type]) {
      if (rule === DROP) {
        collector.counts.dropped++;
        position = next;
        continue;
      }
      if (rule !== CONVERT) {
        offsets[count] = event;
        cpus[count] = cpu;
        flags[count] = eventFlags;
        numbers[count++] = ++number;
        position = next;
        continue;
      }
    }
    if (rule === DROP) {
      collector.counts.dropped++;
      position = next;
      continue;
    }
    const converted = convertInto(collector, event, type, parameterCount);
    if (typeof converted === 'object') {
      stop = converted;
      break;
    }
    position = next;
    if (converted === 0) {
      collector.counts.dropped++;
      continue;
    }
    offsets[count] = window.capacity + collector.spareUsed;
    collector.spareUsed += converted;
    cpus[count] = cpu;
    flags[count] = eventFlags;
    numbers[count++] = ++number;
  }
  window.position = position;
  collector.number = number;
  batch.count = count;
  return stop;
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

/** Converts the event into the spare room: the length it takes there, 0 where it is dropped. */
function convertInto(
  collector: Collector,
  event: number,
  type: number,
  parameterCount: number,
): number | Stop {
  const expected = parameterCountByType[type]!;
  if (ruleByType[type] !== CONVERT && parameterCount > expected) {
    return damaged(
      `a ${eventTypes[type]!.symbol} has ${parameterCount} parameters, at most ${expected} are known`,
    );
  }
  const { window } = collector;
  const from: EventSpan = { bytes: window.bytes, data: window.data, offset: event };
  const to: EventSpan = {
    bytes: window.bytes,
    data: window.data,
    offset: window.capacity + collector.spareUsed,
  };
  try {
    return collector.converter.convert(from, to);
  } catch (cause) {
    return damaged((cause as Error).message, cause);
  }
}
