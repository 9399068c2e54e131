import assert from 'node:assert/strict';
import { isSeawallError } from '@seawall/base';
import { moveTo, parameterLength, parameterStart, readCapture } from './index.ts';
import { EVENT_TYPE_COUNT } from './table/event-type.ts';
import { createEventView, HEADER_LENGTH } from './view.ts';

/* Feeding damaged captures to the reader: for the tests and for `npm run fuzz`. */

/** Numbers from 0 to below `limit`, the same for the same seed. */
export type RandomInteger = (limit: number) => number;

export function createRandom(seed: number): RandomInteger {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** One sum over each event that was read, four bytes each, as a large capture has millions. */
export interface EventSums {
  values: Int32Array;
  count: number;
}

/** What reading gave: a sum over each event, and the error's code. */
export interface Reading {
  readonly sums: EventSums;
  readonly code: string | undefined;
}

function createSums(): EventSums {
  return { values: new Int32Array(1024), count: 0 };
}

function addSum(sums: EventSums, sum: number): void {
  if (sums.count === sums.values.length) {
    const larger = new Int32Array(sums.values.length * 2);
    larger.set(sums.values);
    sums.values = larger;
  }
  sums.values[sums.count++] = sum;
}

/**
 * Reads a damaged capture to its end and fails an assertion where anything but an error of the catalogue is
 * thrown, the error tells no place, or an event is delivered whose parameters don't lie within it.
 * @param sums taken as the reading's list: it grows while the capture is read.
 */
export async function readDamaged(
  input: Uint8Array | AsyncIterable<Uint8Array>,
  sums: EventSums = createSums(),
): Promise<Reading> {
  const view = createEventView();
  try {
    for await (const section of readCapture(input)) {
      if (section.kind !== 'events') continue;
      for (let index = 0; index < section.batch.count; index++) {
        moveTo(view, section.batch, index);
        assert.ok(view.type < EVENT_TYPE_COUNT);
        const end = view.offset + view.length;
        assert.ok(view.length >= HEADER_LENGTH && end <= view.bytes.length);
        const last = view.parameterCount - 1;
        if (last >= 0) assert.ok(parameterStart(view, last) + parameterLength(view, last) <= end);
        let sum = view.number;
        for (let at = view.offset; at < end; at++) sum = (Math.imul(sum, 31) + view.bytes[at]!) | 0;
        addSum(sums, sum);
      }
    }
  } catch (error) {
    assert.ok(isSeawallError(error), `not an error of the catalogue: ${String((error as Error).stack)}`);
    assert.doesNotMatch(error.message, /\{\w+\}/, 'the message lacks a value');
    return { sums, code: error.code };
  }
  return { sums, code: undefined };
}

export interface DamageTally {
  runs: number;
  readonly codes: Map<string, number>;
}

/** Reads the capture cut at that many random places: it must give the very events before each cut. */
export async function cutAtRandom(
  bytes: Uint8Array,
  times: number,
  random: RandomInteger,
  tally: DamageTally,
): Promise<void> {
  const whole = await readDamaged(bytes);
  for (let time = 0; time < times; time++) {
    const cut = await readDamaged(bytes.subarray(0, random(bytes.length)));
    assertStartsWith(whole.sums, cut.sums, cut.sums.count);
    count(tally, cut.code);
  }
}

/**
 * Reads the capture with one random byte changed (and changed back), that many times: it must give the very events
 * before that byte.
 */
export async function flipAtRandom(
  bytes: Uint8Array,
  times: number,
  random: RandomInteger,
  tally: DamageTally,
): Promise<void> {
  const { sums, readable } = await readPiecewise(bytes);
  for (let time = 0; time < times; time++) {
    const place = random(bytes.length);
    const change = 1 + random(255);
    bytes[place]! ^= change;
    const flipped = await readDamaged(bytes);
    bytes[place]! ^= change;
    assertStartsWith(flipped.sums, sums, readable[Math.floor(place / PIECE)]!);
    count(tally, flipped.code);
  }
}

const PIECE = 1024;

/** Reads the capture piece by piece; `readable[n]` is how many events its first n pieces give. */
async function readPiecewise(
  bytes: Uint8Array,
): Promise<{ readonly sums: EventSums; readonly readable: number[] }> {
  const sums = createSums();
  const readable: number[] = [];
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += PIECE) {
      readable.push(sums.count);
      yield bytes.subarray(at, at + PIECE);
    }
  }
  await readDamaged(pieces(), sums);
  return { sums, readable };
}

/** The first `length` of `expected` must be the first of `actual`. */
function assertStartsWith(actual: EventSums, expected: EventSums, length: number): void {
  assert.ok(length <= actual.count, `${length} events were readable, ${actual.count} delivered`);
  for (let index = 0; index < length; index++) {
    if (actual.values[index] !== expected.values[index])
      assert.fail(`event ${index + 1} differs before the damage`);
  }
}

function count(tally: DamageTally, code: string | undefined): void {
  tally.runs++;
  const name = code ?? 'none';
  tally.codes.set(name, (tally.codes.get(name) ?? 0) + 1);
}
