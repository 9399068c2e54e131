import { byteStringAt, textEnd } from '../byte-strings.ts';
import { copyBytes } from '../copy-bytes.ts';
import { errors } from '../errors.ts';
import { int64At } from '../integers.ts';
import { eventTypes } from '../table/event-type.ts';
import { HEADER_LENGTH } from '../view.ts';
import { appendParameters } from './append-parameters.ts';
import { type Conversion, conversionOf } from './conversion-table.ts';
import { eligibilityOf } from './eligibility.ts';
import {
  createEnterEvents,
  ENTER_EVENT_LIMITS,
  type EnterEventLimits,
  type EnterEvents,
} from './enter-events.ts';
import {
  type EventSpan,
  lengthOf,
  lengthSizeOf,
  parameterCountOf,
  parameterLengthOf,
  parameterStartOf,
  setParameterLength,
  typeOf,
} from './event-span.ts';
import { defaultByteOf, fixedSizeOf } from './parameter-sizes.ts';

/** The longest event that is converted, and that a conversion may make. */
export const MAXIMUM_CONVERTED_LENGTH = 128 * 1024;

const MAXIMUM_STEPS = 50;

/** Below it an event gets its further parameters by the short way. */
const SHORT_EVENT = 1024;

export interface Converter {
  /**
   * Takes one step with an event that is to be converted and writes what becomes of it to `target`, which must have
   * MAXIMUM_CONVERTED_LENGTH bytes from its offset and not overlap the event.
   * Gives what is to be done with the event in `target`: pass it on, drop it, or convert it once more.
   * Throws EVENT_UNCONVERTIBLE where no step is known for it.
   */
  step(event: EventSpan, target: EventSpan): 'pass' | 'drop' | 'convert';
  /**
   * Takes all steps. Gives the length of the event that is then in `target`, or 0 where it is to be dropped.
   * Throws as `step` does.
   */
  convert(event: EventSpan, target: EventSpan): number;
  readonly enterEvents: EnterEvents;
}

/**
 * Converts the events of one capture to today's form; it must see them all, in order, as enter events are kept for the
 * exit events that follow. Unlike Falco it reads on when a thread's kept enter event is not the exit event's own (the
 * right one was lost): the parameters then are as if there were none.
 */
export function createConverter(limits: EnterEventLimits = ENTER_EVENT_LIMITS): Converter {
  const enterEvents = createEnterEvents(threadKeyOf, limits);
  const scratch = createSpan();

  function step(event: EventSpan, target: EventSpan): 'pass' | 'drop' | 'convert' {
    const type = typeOf(event);
    const count = parameterCountOf(event);
    const conversion = conversionOf(type, count);
    if (conversion === undefined || lengthOf(event) > MAXIMUM_CONVERTED_LENGTH) {
      throw unconvertible(event);
    }
    switch (conversion.action) {
      case 'store':
        enterEvents.keep(event);
        return 'drop';
      case 'store+pass':
        enterEvents.keep(event);
        copyEvent(event, target);
        return 'pass';
      case 'pass':
        copyEvent(event, target);
        return 'pass';
      default:
        if (conversion.appended !== undefined && lengthOf(event) < SHORT_EVENT) {
          appendParameters(event, target, conversion.appended);
        } else rewrite(event, target, conversion, enterEvents);
        return afterStep(event, target);
    }
  }

  return {
    step,
    convert(event, target) {
      // Most events take one step, straight to where they are wanted.
      let outcome = step(event, target);
      for (let steps = 1; outcome === 'convert'; steps++) {
        if (steps === MAXIMUM_STEPS) throw unconvertible(event);
        copyEvent(target, scratch);
        outcome = step(scratch, target);
      }
      return outcome === 'drop' ? 0 : lengthOf(target);
    },
    enterEvents,
  };
}

function afterStep(event: EventSpan, target: EventSpan): 'pass' | 'drop' | 'convert' {
  const eligibility = eligibilityOf(typeOf(target), parameterCountOf(target));
  if (eligibility === 'refuse') throw unconvertible(event);
  return eligibility;
}

function rewrite(
  event: EventSpan,
  target: EventSpan,
  conversion: Conversion,
  enterEvents: EnterEvents,
): void {
  const { type, origins } = conversion;
  const kept = conversion.action === 'add' ? parameterCountOf(event) : 0;
  const count = kept + origins.length;
  const parameters = eventTypes[type]!.parameters;
  if (count > parameters.length) throw unconvertible(event);
  copyBytes(event.bytes, event.offset, target.bytes, target.offset, HEADER_LENGTH);
  target.data.setUint16(target.offset + 20, type, true);
  target.data.setUint32(target.offset + 22, count, true);

  let end = target.offset + HEADER_LENGTH + count * lengthSizeOf(type);
  if (kept > 0) end = copyParameters(event, target, end, kept);
  let enter: EventSpan | undefined;
  let isEnterUsed = false;
  for (let index = kept; index < count; index++) {
    const origin = origins[index - kept]!;
    const parameterType = parameters[index]!.type;
    let written = 0;
    let source: EventSpan | undefined;
    if (origin.from === 'old') {
      source = event;
    } else if (origin.from === 'enter') {
      enter ??= findEnterEvent(event, enterEvents);
      if (enter !== undefined && origin.index < parameterCountOf(enter)) {
        source = enter;
        isEnterUsed = true;
      }
    }
    if (source !== undefined) {
      const length = parameterLengthOf(source, origin.index);
      const fixedSize = fixedSizeOf(parameterType);
      written = fixedSize === 0 ? length : Math.min(length, fixedSize);
      checkSpace(event, target, end, written);
      const start = parameterStartOf(source, origin.index);
      copyBytes(source.bytes, start, target.bytes, end, written);
    } else if (origin.from === 'container-json') {
      written = writeContainerJson(event, target, end);
    } else if (origin.from === 'default' || (origin.from === 'enter' && !origin.isEmptyWithoutEnter)) {
      written = fixedSizeOf(parameterType);
      checkSpace(event, target, end, written);
      const byte = defaultByteOf(parameterType);
      for (let at = end; at < end + written; at++) target.bytes[at] = byte;
    }
    setParameterLength(target, type, index, written);
    end += written;
  }
  target.data.setUint32(target.offset + 16, end - target.offset, true);
  if (isEnterUsed) enterEvents.forget(threadKeyOf(event));
}

/** Takes over the event's parameters with their lengths; gives the offset behind them in the target. */
function copyParameters(event: EventSpan, target: EventSpan, at: number, count: number): number {
  const lengthsSize = count * lengthSizeOf(typeOf(event));
  const lengths = event.offset + HEADER_LENGTH;
  const size = event.offset + lengthOf(event) - (lengths + lengthsSize);
  checkSpace(event, target, at, size);
  copyBytes(event.bytes, lengths, target.bytes, target.offset + HEADER_LENGTH, lengthsSize);
  copyBytes(event.bytes, lengths + lengthsSize, target.bytes, at, size);
  return at + size;
}

function findEnterEvent(event: EventSpan, enterEvents: EnterEvents): EventSpan | undefined {
  const enter = enterEvents.find(threadKeyOf(event));
  return enter !== undefined && typeOf(enter) === typeOf(event) - 1 ? enter : undefined;
}

/** The description that today's container events carry: `{"id":..,"type":..,"name":..,"image":..}`, unescaped as Falco does. */
function writeContainerJson(event: EventSpan, target: EventSpan, at: number): number {
  if (parameterLengthOf(event, 1) !== 4) return 0;
  const [id, name, image] = [0, 2, 3].map((index) => {
    const start = parameterStartOf(event, index);
    return byteStringAt(
      event.bytes,
      start,
      textEnd(event.bytes, start, start + parameterLengthOf(event, index)),
    );
  });
  const kind = event.data.getUint32(parameterStartOf(event, 1), true);
  const json = Buffer.from(`{"id":"${id}","type":${kind},"name":"${name}","image":"${image}"}\0`, 'latin1');
  if (json.length > 0xffff) return 0;
  checkSpace(event, target, at, json.length);
  target.bytes.set(json, at);
  return json.length;
}

function threadKeyOf(event: EventSpan): number | bigint {
  return int64At(event.data, event.offset + 8);
}

function copyEvent(event: EventSpan, target: EventSpan): void {
  copyBytes(event.bytes, event.offset, target.bytes, target.offset, lengthOf(event));
}

function checkSpace(event: EventSpan, target: EventSpan, at: number, length: number): void {
  if (at + length - target.offset > MAXIMUM_CONVERTED_LENGTH) throw unconvertible(event);
}

function unconvertible(event: EventSpan): Error {
  return errors.create('EVENT_UNCONVERTIBLE', {
    type: eventTypes[typeOf(event)]!.symbol,
    parameterCount: parameterCountOf(event),
  });
}

function createSpan(): EventSpan {
  const bytes = new Uint8Array(MAXIMUM_CONVERTED_LENGTH);
  return { bytes, data: new DataView(bytes.buffer), offset: 0 };
}
