import { eventTypeOfSymbol, eventTypes } from '../table/event-type.ts';
import { CONVERSION_FACTS } from './conversion-facts.ts';
import { defaultByteOf, fixedSizeOf } from './parameter-sizes.ts';

/** Where a parameter of the converted event comes from. */
export interface ParameterOrigin {
  readonly from: 'old' | 'enter' | 'default' | 'empty' | 'container-json';
  /** Index of the parameter that is taken from the old or enter event; 0 for the others. */
  readonly index: number;
  /** Without an enter event the parameter is empty rather than its type's default. */
  readonly isEmptyWithoutEnter: boolean;
}

export interface Conversion {
  readonly action: 'store' | 'store+pass' | 'pass' | 'add' | 'become';
  /** The type that the event turns into (its own but for `become`). */
  readonly type: number;
  readonly origins: readonly ParameterOrigin[];
  /** The bytes of each parameter that is appended, where nothing but defaults is; undefined for all other conversions. */
  readonly appended: readonly Uint8Array[] | undefined;
}

/** By type, then by number of parameters. */
const conversions: Conversion[][] = [];
for (const line of CONVERSION_FACTS.trim().split('\n')) {
  const { type, parameterCount, conversion } = parseConversion(line);
  conversions[type] ??= [];
  conversions[type][parameterCount] = conversion;
}

/** The step for an event of that type with that many parameters; undefined where there is none. */
export function conversionOf(type: number, parameterCount: number): Conversion | undefined {
  return conversions[type]?.[parameterCount];
}

interface ParsedLine {
  readonly type: number;
  readonly parameterCount: number;
  readonly conversion: Conversion;
}

function parseConversion(line: string): ParsedLine {
  const [subject, rest] = line.split(': ') as [string, string];
  const [symbol, count] = subject.split(' ') as [string, string];
  const words = rest.split(' ');
  const action = words.shift() as Conversion['action'];
  const type = eventTypeOfSymbol(action === 'become' ? words.shift()! : symbol).id;
  const origins = words.flatMap(parseOrigins);
  const parameterCount = Number(count);
  const appended = action === 'add' ? defaultsOf(type, parameterCount, origins) : undefined;
  return {
    type: eventTypeOfSymbol(symbol).id,
    parameterCount,
    conversion: { action, type, origins, appended },
  };
}

function defaultsOf(
  type: number,
  firstIndex: number,
  origins: readonly ParameterOrigin[],
): readonly Uint8Array[] | undefined {
  const { parameters, hasLargePayload } = eventTypes[type]!;
  if (hasLargePayload || firstIndex + origins.length > parameters.length) return undefined;
  if (origins.some(({ from }) => from !== 'default' && from !== 'empty')) return undefined;
  return origins.map(({ from }, index) => {
    const parameterType = parameters[firstIndex + index]!.type;
    return new Uint8Array(from === 'empty' ? 0 : fixedSizeOf(parameterType)).fill(
      defaultByteOf(parameterType),
    );
  });
}

function parseOrigins(word: string): ParameterOrigin[] {
  const range = /^(old|enter)(\d+)(?:-(\d+))?(\?)?$/.exec(word);
  if (range !== null) {
    const first = Number(range[2]);
    const last = Number(range[3] ?? range[2]);
    const from = range[1] as 'old' | 'enter';
    return Array.from({ length: last - first + 1 }, (_, step) => ({
      from,
      index: first + step,
      isEmptyWithoutEnter: range[4] === '?',
    }));
  }
  const [from, times] = word.split('*') as [ParameterOrigin['from'], string | undefined];
  return Array.from({ length: Number(times ?? 1) }, () => ({ from, index: 0, isEmptyWithoutEnter: false }));
}
