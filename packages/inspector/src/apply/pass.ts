import { EVENT_TYPE_COUNT, leastCountByType, PLAIN_BLOCK, plainCountByType, Step } from '@seawall/events';
import type { EventContext } from '../context.ts';
import type { Descriptor } from '../descriptor/descriptor.ts';
import { isClosed, Learning, noteClosed, verdictsOn } from '../descriptor/verdicts.ts';
import type { Inspector } from '../inspector.ts';
import { markRulesChanged } from '../process/changed.ts';
import type { Process } from '../process/process.ts';
import { absorb, absorbableTypes, absorbClose, absorbDuplicate, CLOSE, DUPLICATE } from './absorb.ts';
import { descriptorParameters } from './dispatch.ts';
import { belongTogether } from './enter-event.ts';
import { idleSteps, isQuietCall } from './quiet.ts';
import { descriptorNumberIn, showDescriptor, showNumbered } from './show-descriptor.ts';
import { lookUpDescriptor } from './state.ts';
import { inferringTypes, transferTuples } from './transfer.ts';

/*
 * Going over a capture's blocks as long as their events are of no consequence: `quiet.ts` and `absorb.ts` asked of one
 * event after the other, in one loop that holds in local variables what each of them needs. Nine in ten events of a busy
 * machine end here; what the usual ones need stands in the loop itself.
 */

/** What is done with the events of a type; a number in the upper byte of its plan. */
const Way = {
  /** They are shown. */
  show: 0,
  /** They are counted. */
  count: 1,
  /** Transfers whose third parameter is the descriptor. */
  transfer: 2,
  /** Transfers whose fourth parameter is the descriptor. */
  laterTransfer: 3,
  /** Closing, which no rule wants to see. */
  close: 4,
  /** They are asked of by `isQuietCall` and `absorb`. */
  ask: 5,
  /** Copying a descriptor, which rules want to see of some. */
  copy: 6,
} as const;

/** What the lower byte of a plan holds. */
const MOST_PARAMETERS = 0xff;

/** Added to the way of types that rules want to see. */
const WANTED = 8;
/** The way without that. */
const KIND = WANTED - 1;

/** Events that one call takes: see `TAKEN_AT_ONCE` of the events package. */
const MOST_AT_ONCE = 64;

/*
 * Copies for the hot path: what is imported is looked up in its module with every use, while a constant of this module
 * stands in the optimised code as it is. Numbers are read with their sign: for unsigned ones of 16 and 32 bits the middle one
 * of V8's compilers (Maglev) calls a function each time.
 */
const {
  type: BLOCK_TYPE,
  leastLength: LEAST_LENGTH,
  mostLength: MOST_LENGTH,
  event: EVENT,
  tid: TID,
  eventLength: EVENT_LENGTH,
  eventType: EVENT_TYPE,
  parameterCount: PARAMETER_COUNT,
  lengths: LENGTHS,
} = PLAIN_BLOCK;
const TYPE_COUNT = EVENT_TYPE_COUNT;
const {
  count: COUNT,
  transfer: TRANSFER,
  laterTransfer: LATER_TRANSFER,
  close: CLOSING,
  show: SHOW,
  copy: COPYING,
} = Way;
const stepByType = idleSteps;
const VISIT = Step.visit;
const isInferring = inferringTypes;
const { withoutTuple: WITHOUT_TUPLE, withTuple: WITH_TUPLE } = Learning;
/** The block's length at its end. */
const TRAILER = 4;
/** No thread's id. */
const NO_TID = -0x8000_0000;

/** By type id: where the lengths of an event's parameters hold that of its tuple, and what of it counts: 0 without one. */
const tupleLengths = Uint8Array.from(transferTuples, (index) => Math.max(0, index ?? 0) * 2);
const tupleMasks = Uint16Array.from(transferTuples, (index) =>
  index === undefined || index < 0 ? 0 : 0xffff,
);

const transferWays: readonly (number | undefined)[] = transferTuples.map((tuple, type) => {
  if (tuple === undefined) return undefined;
  const descriptor = descriptorParameters[type];
  if (descriptor === 2) return Way.transfer;
  return descriptor === 3 ? Way.laterTransfer : Way.ask;
});

/**
 * By type id: how few parameters an event may have that would be converted before it is shown. What a transfer lacks
 * can be the very parameter that is looked at.
 */
const leastCounts = Uint16Array.from(leastCountByType, (count, type) =>
  transferTuples[type] === undefined ? count : plainCountByType[type],
);

type IsOpen = Parameters<Inspector['pass']>[4];

/** What passing needs of the inspector. */
export interface PassingSource {
  readonly context: EventContext;
  current(tid: number): Process | undefined;
  /** Does what waits until the event before was evaluated. */
  settle(): void;
}

export interface Passing {
  /** Says which types rules want to see (1). */
  plan(wanted: Uint8Array): void;
  /** Says whether events may be left out at all. */
  allow(isAllowed: boolean): void;
  /**
   * Whether the event may be left out as far as the tables go, or has changed them by the end of this call.
   * @param process the thread that it belongs to; undefined when the tables don't have it.
   * @param event where its header starts in `data`.
   */
  isOfNoConsequence(process: Process | undefined, data: DataView, event: number, type: number): boolean;
  readonly pass: Inspector['pass'];
}

export function createPassing({ context, current, settle }: PassingSource): Passing {
  /** By type id: in the lower byte how many parameters a plain event has, above it its way. */
  const plans = new Uint16Array(EVENT_TYPE_COUNT);
  /** By type id: 1 where an event changes the tables by itself, unseen. */
  const absorbs = new Uint8Array(EVENT_TYPE_COUNT);
  let isAllowed = false;

  function wayOf(type: number, isWanted: boolean): number {
    // What rules see has to stay as it is until they have seen it.
    if (absorbableTypes[type] === 1 && !isWanted) return type === CLOSE ? Way.close : Way.ask;
    if (type === DUPLICATE) return Way.copy;
    const step = idleSteps[type];
    if (step === Step.visit) return Way.show;
    const way = step === Step.count ? Way.count : (transferWays[type] ?? Way.ask);
    return isWanted ? way + WANTED : way;
  }

  function isOfNoConsequence(
    process: Process | undefined,
    data: DataView,
    event: number,
    type: number,
  ): boolean {
    if (absorbs[type] === 1 && absorb(process, data, event, type)) return true;
    return process !== undefined && stepByType[type] !== VISIT && isQuietCall(process, data, event, type);
  }

  /** Whether rules may want an event of that type about the descriptor, which leaves it as it is. */
  function isWantedOf(
    process: Process,
    fd: number,
    descriptor: Descriptor,
    type: number,
    isOpen: IsOpen,
  ): boolean {
    const verdicts = verdictsOn(descriptor);
    // The start of the call may have told of another descriptor.
    if (isClosed(verdicts, process, type)) return belongTogether(process.bookkeeping.lastEnterType, type);
    if (!showNumbered(context, process, fd, descriptor, type) || isOpen(context, type)) return true;
    noteClosed(verdicts, process, type);
    return false;
  }

  return {
    isOfNoConsequence,
    plan(wanted) {
      markRulesChanged();
      for (let type = 0; type < EVENT_TYPE_COUNT; type += 1) {
        const isWanted = wanted[type] === 1;
        absorbs[type] = isWanted ? 0 : absorbableTypes[type];
        const count = plainCountByType[type];
        // Of other types no event is plain, whatever it says of itself.
        plans[type] = count > MOST_PARAMETERS ? Way.show << 8 : (wayOf(type, isWanted) << 8) | count;
      }
    },
    allow(allowed) {
      isAllowed = allowed;
    },
    pass(data, limit, place, counts, isOpen) {
      if (!isAllowed) {
        place.passed = 0;
        place.isBarred = true;
        return;
      }
      settle();
      let { position } = place;
      let passed = 0;
      let tid = NO_TID;
      let process: Process | undefined;
      let descriptor: Descriptor | undefined;
      let fd = -1;
      while (passed < MOST_AT_ONCE && limit - position >= LEAST_LENGTH) {
        const length = data.getInt32(position + 4, true);
        const next = position + length;
        if (
          data.getInt32(position, true) !== BLOCK_TYPE ||
          length < LEAST_LENGTH ||
          length > MOST_LENGTH ||
          next > limit ||
          data.getInt32(next - 4, true) !== length
        ) {
          break;
        }
        const type = data.getInt16(position + EVENT_TYPE, true) & 0xffff;
        if (type >= TYPE_COUNT) break;
        const plan = plans[type];
        const parameterCount = data.getInt32(position + PARAMETER_COUNT, true);
        if (parameterCount !== (plan & 0xff)) {
          if (parameterCount > (plan & 0xff) || parameterCount < leastCounts[type]) break;
        }
        const way = plan >> 8;
        if (way !== COUNT) {
          // Ids beyond 31 bits are not real threads': they take the long way.
          if (way === SHOW || data.getInt32(position + TID + 4, true) !== 0) break;
          const id = data.getInt32(position + TID, true);
          if (id !== tid) {
            tid = id;
            process = current(id);
          }
          const kind = way & KIND;
          if (kind === TRANSFER || kind === LATER_TRANSFER) {
            if (process === undefined) break;
            const lengths = position + LENGTHS;
            const third = data.getInt16(lengths + 4, true) & 0xffff;
            // Both kinds take the same steps: what has not run yet is what optimised code is thrown away for.
            const isLater = kind - TRANSFER;
            if ((isLater === 0 ? third : data.getInt16(lengths + 6, true) & 0xffff) < 8) break;
            const start =
              lengths +
              parameterCount * 2 +
              (data.getInt16(lengths, true) & 0xffff) +
              (data.getInt16(lengths + 2, true) & 0xffff) +
              third * isLater;
            // Only numbers beyond 31 bits, which no descriptor has, have another upper half than 0.
            if (start + 12 > next || data.getInt32(start + 4, true) !== 0) break;
            fd = data.getInt32(start, true);
            descriptor = process.descriptors.get(fd);
            const hasTuple = data.getInt16(lengths + tupleLengths[type], true) & tupleMasks[type];
            if (descriptor === undefined) {
              if (isInferring[type] === 1) break;
            } else {
              const { learnsFrom } = descriptor.verdicts ?? verdictsOn(descriptor);
              if ((learnsFrom & (hasTuple === 0 ? WITHOUT_TUPLE : WITH_TUPLE)) !== 0) break;
            }
          } else if (kind !== COUNT) {
            // What the tables are changed by must be the event's own.
            if (!holdsParameters(data, position, parameterCount, next)) break;
            if (kind === CLOSING) {
              if (process === undefined || !absorbClose(process, data, position + EVENT)) break;
            } else if (kind === COPYING) {
              if (process === undefined) break;
              fd = descriptorNumberIn(data, position + EVENT, type);
              descriptor = lookUpDescriptor(process, fd);
              // The copy shows all that rules ask of a descriptor as the original does.
              if (descriptor === undefined || isWantedOf(process, fd, descriptor, type, isOpen)) break;
              if (!absorbDuplicate(process, data, position + EVENT)) break;
            } else if (!isOfNoConsequence(process, data, position + EVENT, type)) break;
          }
          if (way > KIND) {
            if (process === undefined) break;
            if ((kind === TRANSFER || kind === LATER_TRANSFER) && descriptor !== undefined) {
              if (isWantedOf(process, fd, descriptor, type, isOpen)) break;
            } else {
              if (!showDescriptor(context, process, data, position + EVENT, type)) break;
              if (isOpen(context, type)) break;
            }
          }
        }
        counts[type] += 1;
        passed += 1;
        position = next;
      }
      place.position = position;
      place.passed = passed;
      place.isBarred = passed < MOST_AT_ONCE;
    },
  };
}

/** Whether the parameters of the event in the block at `position` lie within it, which ends at `next`. */
function holdsParameters(data: DataView, position: number, parameterCount: number, next: number): boolean {
  const lengths = position + LENGTHS;
  let end = lengths + parameterCount * 2;
  if (end > next) return false;
  for (let at = lengths, last = end; at < last; at += 2) end += data.getInt16(at, true) & 0xffff;
  return end <= position + EVENT + data.getInt32(position + EVENT_LENGTH, true) && end + TRAILER <= next;
}
