import { EVENT_TYPE_COUNT } from '../table/event-type.ts';
import { EVENT_V2 } from './block-types.ts';
import { BATCH_CAPACITY } from './event-batch.ts';
import {
  type Collector,
  FULL,
  MAXIMUM_BLOCK,
  MINIMUM_BLOCK,
  OTHER,
  plainCountByType,
  type Stop,
  takeBlock,
} from './event-block.ts';

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
  batch.count = 0;
  collector.spareUsed = 0;
  let { position } = window;
  let { number } = collector;
  let count = 0;
  let stop: Stop = OTHER;

  while (limit - position >= 8) {
    if (count === BATCH_CAPACITY) {
      stop = FULL;
      break;
    }
    // The event as nearly all are, without a call: an ordinary block of a type that needs nothing done.
    const blockLength = data.getUint32(position + 4, true);
    const next = position + blockLength;
    if (
      data.getUint32(position, true) === EVENT_V2 &&
      blockLength >= MINIMUM_BLOCK &&
      blockLength <= MAXIMUM_BLOCK &&
      next <= limit &&
      data.getUint32(next - 4, true) === blockLength
    ) {
      const type = data.getUint16(position + 30, true);
      const parameterCount = data.getUint32(position + 32, true);
      if (type < EVENT_TYPE_COUNT && plainCountByType[type] === parameterCount) {
        const end = position + 10 + data.getUint32(position + 26, true);
        const lengths = position + 36;
        const lengthsEnd = lengths + parameterCount * 2;
        let at = lengthsEnd;
        if (end <= next - 4 && at <= end) {
          for (let index = lengths; index < lengthsEnd; index += 2) at += data.getUint16(index, true);
          if (at <= end) {
            offsets[count] = position + 10;
            cpus[count] = data.getUint16(position + 8, true);
            flags[count] = 0;
            numbers[count++] = ++number;
            position = next;
            continue;
          }
        }
      }
    }
    batch.count = count;
    collector.number = number;
    const taken = takeBlock(collector, position);
    count = batch.count;
    number = collector.number;
    if (typeof taken === 'object') {
      stop = taken;
      break;
    }
    position += taken;
  }
  batch.count = count;
  collector.number = number;
  window.position = position;
  return stop;
}
