import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  eventTypes,
  eventTypesByName,
  syscallCodes,
  syscallCodesOfEventType,
  syscallNames,
} from '@seawall/events';
import {
  bytesFromText,
  type CodeUniverse,
  canonicalText,
  conditionText,
  eventTypeUniverse,
  matchingCodes,
  parseCondition,
  quoteAsFalco,
  readEscapes,
  syscallUniverse,
  textFromBytes,
} from '@seawall/rules';
import { type FormatVector, formatDifferences } from '../format-vectors.ts';
import type { Failure, Suite } from '../suite.ts';

interface Vectors {
  readonly format: readonly FormatVector[];
  readonly escape: readonly (Named & { in: string; out: string })[];
  readonly escape_roundtrip: readonly (Named & { in: string; escaped: string })[];
  readonly filter_codes: readonly CodesVector[];
  readonly filter_codes_equal: readonly CodesVector[];
  readonly ast_as_string: readonly (Named & { in: string; out: string })[];
  readonly ast_roundtrip: readonly (Named & { in: string; as_string: string })[];
}

interface Named {
  readonly test: string;
}

interface CodesVector extends Named {
  readonly kind: 'event' | 'sc';
  readonly filter?: string;
  readonly a?: string;
  readonly b?: string;
  readonly codes: readonly string[];
}

export const suite: Suite = {
  file: 'misc_filter_vectors.json',
  title: 'output formats, escaping, tree to text, condition to event types and system calls',
  async run(folder) {
    const data = JSON.parse(await readFile(join(folder, this.file), 'utf8')) as { vectors: Vectors };
    const { vectors } = data;
    const failures: Failure[] = [];
    let total = 0;
    function check<Vector extends Named>(
      group: readonly Vector[],
      difference: (vector: Vector) => string | undefined,
    ): void {
      for (const vector of group) {
        total++;
        const detail = attempt(() => difference(vector));
        if (detail !== undefined) failures.push({ name: vector.test, detail });
      }
    }

    check(vectors.escape, ({ in: text, out }) => compare(quoteAsFalco(bytesFromText(text)), out));
    check(vectors.escape_roundtrip, escapingDifference);
    check(vectors.ast_as_string, ({ in: text, out }) => compare(canonicalText(parseCondition(text)), out));
    check(vectors.ast_roundtrip, roundTripDifference);
    check(vectors.filter_codes, codesDifference);
    check(vectors.filter_codes_equal, codesDifference);
    const formatted = formatDifferences(vectors.format);
    check(vectors.format, (vector) => formatted[vectors.format.indexOf(vector)]);
    return { passed: total - failures.length, total, failures };
  },
};

function attempt(difference: () => string | undefined): string | undefined {
  try {
    return difference();
  } catch (error) {
    return `threw: ${(error as Error).message}`;
  }
}

function compare(text: string, wanted: string): string | undefined {
  return text === wanted ? undefined : `${text} instead of ${wanted}`;
}

function escapingDifference({ in: text, escaped }: { in: string; escaped: string }): string | undefined {
  const quoted = quoteAsFalco(bytesFromText(text));
  const read = readEscapes(quoted.slice(1, -1), '"');
  return (
    compare(quoted, escaped) ?? compare('value' in read ? textFromBytes(read.value) : read.problem, text)
  );
}

function roundTripDifference({ in: text, as_string }: { in: string; as_string: string }): string | undefined {
  const tree = parseCondition(text);
  return (
    compare(canonicalText(tree), as_string) ??
    compare(canonicalText(parseCondition(as_string)), as_string) ??
    compare(canonicalText(parseCondition(conditionText(tree), { readsHexadecimal: true })), as_string)
  );
}

function codesDifference(vector: CodesVector): string | undefined {
  const wanted = [...vector.codes].sort().join(' ');
  for (const filter of [vector.filter, vector.a, vector.b]) {
    if (filter === undefined) continue;
    const found = namesOfCodes(filter, vector).sort().join(' ');
    if (found !== wanted) return `${filter}: ${found.slice(0, 200)} instead of ${wanted.slice(0, 200)}`;
  }
  return undefined;
}

function namesOfCodes(filter: string, { kind, test }: CodesVector): string[] {
  const condition = parseCondition(filter);
  const isFromEvents = test.includes('.sc_converted_');
  const isFromSyscalls = test.includes('.event_converted_');
  const searchesEvents = kind === 'event' ? !isFromSyscalls : isFromEvents;
  const codes = [...matchingCodes(condition, searchesEvents ? events : syscalls)];
  if (kind === 'event') {
    const types = searchesEvents ? codes : eventTypesOfSyscalls(new Set(codes));
    return types.map((id) => eventTypes[id]!.symbol);
  }
  const calls = searchesEvents ? codes.flatMap(syscallCodesOfEventType) : codes;
  return [...new Set(calls)].map((code) => syscallNames[code]!);
}

function eventTypesOfSyscalls(calls: ReadonlySet<number>): number[] {
  return eventTypes
    .map(({ id }) => id)
    .filter((id) => syscallCodesOfEventType(id).some((code) => calls.has(code)));
}

/** Names of system calls without events of their own select the generic ones. */
function eventTypesNamed(name: string): readonly number[] | undefined {
  const ids = (eventTypesByName.get(name) ?? []).map(({ id }) => id).filter((id) => id > 1);
  if (ids.length > 0) return ids;
  return syscallCodes.has(name) ? [0, 1] : undefined;
}

function syscallsNamed(name: string): readonly number[] | undefined {
  const ids = eventTypesNamed(name)?.filter((id) => id > 1);
  if (ids === undefined) return undefined;
  return ids.length > 0 ? ids.flatMap(syscallCodesOfEventType) : [syscallCodes.get(name)!];
}

const names = {
  eventTypes: eventTypesNamed,
  syscalls: syscallsNamed,
  nameOf: (id: number) => (id > 1 ? eventTypes[id]?.name : undefined),
  allEventTypes: eventTypes.map(({ id }) => id),
  allSyscalls: [...syscallCodes].map(([, code]) => code).filter((code) => code > 0),
};
const events: CodeUniverse = eventTypeUniverse(names);
const syscalls: CodeUniverse = syscallUniverse(names);
