import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Converter,
  createConverter,
  type EventSpan,
  eligibilityOf,
  MAXIMUM_CONVERTED_LENGTH,
} from '@seawall/events';
import type { Failure, Suite } from '../suite.ts';

const FILE = 'scap_converter_vectors.json';

interface VectorEvent {
  readonly raw: string;
}

interface VectorStep {
  readonly op:
    | 'convert'
    | 'convert_drop'
    | 'convert_pass'
    | 'full_conversion'
    | 'storage_has'
    | 'convertibility_drop';
  readonly evt: VectorEvent;
  readonly expected?: VectorEvent;
  readonly expected_result?: string;
}

interface Vectors {
  readonly tests: readonly { readonly name: string; readonly steps: readonly VectorStep[] }[];
}

export const suite: Suite = {
  file: FILE,
  title: "steps from old events to today's",
  async run(folder) {
    const { tests } = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Vectors;
    const failures: Failure[] = [];
    let total = 0;
    for (const test of tests) {
      const converter = createConverter();
      for (const [index, step] of test.steps.entries()) {
        total++;
        const detail = check(step, converter);
        if (detail !== undefined) failures.push({ name: `${test.name} step ${index + 1}`, detail });
      }
    }
    return { passed: total - failures.length, total, failures };
  },
};

/** What is wrong, undefined where the step does what the vector expects. */
function check(step: VectorStep, converter: Converter): string | undefined {
  const event = spanOf(step.evt.raw);
  const target = emptySpan();
  switch (step.op) {
    case 'convertibility_drop':
      return differing('eligibility', eligibilityOf(typeOf(event), countOf(event)), 'drop');
    case 'storage_has': {
      const tid = event.data.getBigInt64(8, true);
      const kept = converter.enterEvents.find(Number(tid));
      return differing('kept event', kept === undefined ? 'none' : hexOf(kept), step.evt.raw);
    }
    case 'convert_drop':
      return differing(
        'result',
        attempt(() => converter.step(event, target)),
        'drop',
      );
    case 'convert_pass':
      return (
        differing(
          'result',
          attempt(() => converter.step(event, target)),
          'pass',
        ) ?? differing('event', hexOf(target), step.evt.raw)
      );
    case 'convert':
      return (
        differing(
          'result',
          attempt(() => converter.step(event, target)),
          step.expected_result === 'CONVERSION_PASS' ? 'pass' : 'convert',
        ) ?? differing('event', hexOf(target), step.expected!.raw)
      );
    case 'full_conversion': {
      const length = attempt(() => String(converter.convert(event, target)));
      return (
        differing('length', length, String(step.expected!.raw.length / 2)) ??
        differing('event', hexOf(target), step.expected!.raw)
      );
    }
  }
}

function attempt(action: () => string): string {
  try {
    return action();
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}

function differing(what: string, actual: string, expected: string): string | undefined {
  return actual === expected ? undefined : `${what} is ${actual}, expected ${expected}`;
}

function spanOf(hex: string): EventSpan {
  const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
  return { bytes, data: new DataView(bytes.buffer), offset: 0 };
}

function emptySpan(): EventSpan {
  const bytes = new Uint8Array(MAXIMUM_CONVERTED_LENGTH);
  return { bytes, data: new DataView(bytes.buffer), offset: 0 };
}

function typeOf(event: EventSpan): number {
  return event.data.getUint16(20, true);
}

function countOf(event: EventSpan): number {
  return event.data.getUint32(22, true);
}

function hexOf(event: EventSpan): string {
  const length = event.data.getUint32(event.offset + 16, true);
  return Buffer.from(event.bytes.subarray(event.offset, event.offset + length)).toString('hex');
}
