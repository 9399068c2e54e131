import { EVENT_TYPE_COUNT } from '../table/event-type.ts';
import { type EventView, moveTo, TYPE_OFFSET } from '../view.ts';
import { EVENT_V2 } from './block-types.ts';
import {
  type Collector,
  MAXIMUM_BLOCK,
  MINIMUM_BLOCK,
  OTHER,
  type PassingPlace,
  plainCountByType,
  type Stop,
  takeBlock,
} from './event-block.ts';

/** What a visitor wants of the events of a type. */
export const Step = {
  /** To be shown each of them. */
  visit: 0,
  /** That they are counted. */
  count: 1,
  /** To be asked of each, by `isQuiet`, whether to count or to show it. */
  ask: 2,
} as const;

/** What becomes of an event that was shown. */
export const Outcome = {
  /** The next one is to be shown. */
  done: 0,
  /** It is to be converted, and shown once more to `visitConverted`. */
  lacking: 1,
  /** No more are to be shown. */
  enough: 2,
} as const;

/** One of `Outcome`. */
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/**
 * Who is shown a capture's events one by one while they are read. Most events of a busy machine are of no consequence;
 * to be left behind before anything was noted of them costs them a fraction of what a place in a batch costs.
 */
export interface EventVisitor {
  /** By type id: a `Step`. May change with every event that is shown. */
  readonly steps: Uint8Array;
  /** By type id: goes up with each event that is not shown. */
  readonly counts: Float64Array;
  /**
   * By type id: how few parameters an event may have to be shown as it is; with fewer it is converted before. What it lacks
   * is what converting would have appended (see `leastCountByType`).
   */
  readonly leastCounts: Uint16Array;
  /** Moved to each event that is shown. */
  readonly view: EventView;
  /**
   * Whether the event, whose header starts at `event` in `data`, is of no consequence, or has had its consequences by the
   * end of this call. Its type is one to ask of; it can lack parameters of its type, but those it has lie within it.
   */
  isQuiet(data: DataView, event: number, type: number): boolean;
  /**
   * Goes over the plain blocks (`PLAIN_BLOCK`) from the place's position on as long as their events are of no consequence,
   * as `isQuiet` asks of one, or are of types to be counted; counts them. Ends at the first one that is to be shown, at
   * whatever is no plain block, or sooner.
   * @param limit where what is there of the data ends.
   */
  pass(data: DataView, limit: number, place: PassingPlace): void;
  /**
   * Shows the event under the view.
   * @param flags what the recorder said of it besides, as in a batch.
   * @param isWhole whether it is in today's form: only of one that is not the outcome can be `lacking`.
   */
  visit(flags: number, isWhole: boolean): Outcome;
  /** Shows the same event in today's form, for which `visit` asked. */
  visitConverted(): Exclude<Outcome, typeof Outcome.lacking>;
}

/** How many there were, and whether the visitor has seen enough. */
export interface Visited {
  count: number;
  isEnough: boolean;
}

/*
 * The hot path's own copies: what is imported, or exported, is looked up in its module with every use, while a constant
 * of this module stands in the optimised code as a number. Numbers are read with their sign: for unsigned ones of 16 and 32
 * bits the middle one of V8's compilers (Maglev) calls a function each time.
 */
const BLOCK_TYPE = EVENT_V2;
const [LEAST_LENGTH, MOST_LENGTH] = [MINIMUM_BLOCK, MAXIMUM_BLOCK];
const TYPE_COUNT = EVENT_TYPE_COUNT;
const { count: COUNT, ask: ASK } = Step;
const { done: DONE, lacking: LACKING, enough: SEEN_ENOUGH } = Outcome;
const plainCounts = plainCountByType;

/** The visitor has seen enough. */
const ENOUGH: Stop = { reason: 'full' };

/**
 * Events that one call of the inner function takes. A function that loops for long would run in the code that V8 makes
 * for replacing it in the midst of its loop, which is made too early and thrown away at the loop's end, time and again.
 */
const TAKEN_AT_ONCE = 64;

/**
 * Shows the visitor the events in the window, as far as whole event blocks follow one another, and moves the window's
 * position behind them. Each block is checked; each event that is shown is checked as well to lie within its block, and
 * its parameters within it.
 */
export function visitEvents(collector: Collector, visitor: EventVisitor, visited: Visited): Stop {
  const { window, batch, number } = collector;
  batch.bytes = visitor.view.bytes = window.bytes;
  batch.data = visitor.view.data = window.data;
  let stop: Stop | undefined;
  do stop = visitSome(collector, visitor);
  while (stop === undefined);
  visited.count = collector.number - number;
  visited.isEnough = stop === ENOUGH;
  return stop;
}

/** @returns undefined when there may be more. */
function visitSome(collector: Collector, visitor: EventVisitor): Stop | undefined {
  const { window, place } = collector;
  const { data, limit } = window;
  const { view, leastCounts } = visitor;
  let { number } = collector;
  let stop: Stop | undefined;

  place.position = window.position;
  for (let left = TAKEN_AT_ONCE; left > 0; left -= 1) {
    visitor.pass(data, limit, place);
    const { position } = place;
    number += place.passed;
    if (!place.isBarred) continue;
    if (limit - position < 8) {
      stop = OTHER;
      break;
    }
    const blockLength = data.getInt32(position + 4, true);
    const next = position + blockLength;
    if (
      data.getInt32(position, true) === BLOCK_TYPE &&
      blockLength >= LEAST_LENGTH &&
      blockLength <= MOST_LENGTH &&
      next <= limit &&
      data.getInt32(next - 4, true) === blockLength
    ) {
      const type = data.getInt16(position + 30, true) & 0xffff;
      const parameterCount = data.getInt32(position + 32, true);
      if (type < TYPE_COUNT && parameterCount <= plainCounts[type] && parameterCount >= leastCounts[type]) {
        const event = position + 10;
        const length = data.getInt32(position + 26, true);
        const end = event + length;
        const lengths = position + 36;
        const lengthsEnd = lengths + parameterCount * 2;
        let at = lengthsEnd;
        if (end <= next - 4 && at <= end) {
          for (let index = lengths; index < lengthsEnd; index += 2) at += data.getInt16(index, true) & 0xffff;
          if (at <= end) {
            view.offset = event;
            view.timestampLow = data.getInt32(event, true) >>> 0;
            view.timestampHigh = data.getInt32(event + 4, true) >>> 0;
            view.tid =
              (data.getInt32(event + 8, true) >>> 0) + data.getInt32(event + 12, true) * 0x1_0000_0000;
            view.length = length;
            view.type = type;
            view.parameterCount = parameterCount;
            view.cpu = data.getInt16(position + 8, true) & 0xffff;
            view.number = ++number;
            place.position = next;
            let outcome = visitor.visit(0, parameterCount === plainCounts[type]);
            if (outcome === LACKING) outcome = visitConverted(collector, visitor, position);
            if (outcome === DONE) continue;
            stop = ENOUGH;
            break;
          }
        }
      }
    }
    collector.number = number;
    const taken = takeAndVisit(collector, visitor, position);
    number = collector.number;
    if (typeof taken === 'object') {
      stop = taken;
      break;
    }
    place.position = position + taken;
  }
  collector.number = number;
  window.position = place.position;
  return stop;
}

/** Shows an event that was shown as it is once more in today's form. */
function visitConverted(collector: Collector, visitor: EventVisitor, position: number): Outcome {
  const { view } = visitor;
  // It keeps its number.
  collector.number = view.number - 1;
  takeOne(collector, position);
  moveTo(view, collector.batch, 0);
  return visitor.visitConverted();
}

/** Takes any event block into the batch, which is empty before. */
function takeOne(collector: Collector, position: number): number | Stop {
  collector.batch.count = 0;
  collector.spareUsed = 0;
  return takeBlock(collector, position);
}

/** Any event block, the long way: gives its length, or why visiting stops in front of it. */
function takeAndVisit(collector: Collector, visitor: EventVisitor, position: number): number | Stop {
  const { batch } = collector;
  const taken = takeOne(collector, position);
  if (typeof taken === 'object' || batch.count === 0) return taken;
  const { data, offsets } = batch;
  const event = offsets[0];
  const type = data.getInt16(event + TYPE_OFFSET, true) & 0xffff;
  const step = visitor.steps[type];
  if (step === COUNT || (step === ASK && visitor.isQuiet(data, event, type))) {
    visitor.counts[type] += 1;
    return taken;
  }
  moveTo(visitor.view, batch, 0);
  return visitor.visit(batch.flags[0], true) === SEEN_ENOUGH ? ENOUGH : taken;
}
