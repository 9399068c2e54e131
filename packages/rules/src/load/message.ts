import {
  type LoadErrorCode,
  type LoadWarningCode,
  loadErrorTitles,
  loadWarningDescriptions,
} from './codes.ts';
import { type ItemContext, type MessageContext, snippetOf } from './context.ts';
import { excerptOf } from './excerpt.ts';
import type { SourcePlace } from './source.ts';

/** One thing that loading reports about a file: Falco's code, text and locations, and for people more than that. */
export interface LoadMessage {
  readonly severity: 'error' | 'warning';
  readonly code: LoadErrorCode | LoadWarningCode;
  /** Falco's words. */
  readonly message: string;
  /** The same for people, where Falco's words don't do. */
  readonly plain?: string;
  readonly context: MessageContext;
  /** The exact place to mend. */
  readonly place: SourcePlace;
  /** What to write instead, when that can be told. */
  readonly hint?: string;
  readonly deprecatedField?: string;
}

/** A message as it is found, before the files are at hand that turn its place into a line. */
export interface FoundProblem<Code = LoadErrorCode | LoadWarningCode> {
  readonly code: Code;
  readonly message: string;
  readonly plain?: string;
  readonly context: ItemContext;
  readonly hint?: string | undefined;
  readonly deprecatedField?: string;
  /** How many characters to underline, 1 without it. */
  readonly length?: number;
}

/**
 * Stops loading the file with an error. The reader of a file catches it at its border (`problemOf`): an item that
 * is wrong makes the whole file wrong, as in Falco.
 */
export function failLoading(found: FoundProblem<LoadErrorCode>): never {
  throw Object.assign(new Error(found.message), { loadProblem: found });
}

/** What `failLoading` threw; undefined for any other error. */
export function problemOf(error: unknown): FoundProblem<LoadErrorCode> | undefined {
  return (error as { loadProblem?: FoundProblem<LoadErrorCode> }).loadProblem;
}

/** What `falco -V` says of one file (an element of `falco_load_results`), to be serialised with sorted keys or not. */
export interface FalcoLoadResult {
  readonly name: string;
  readonly successful: boolean;
  readonly schema_valid?: boolean;
  readonly schema_warnings?: readonly string[];
  readonly errors: readonly FalcoLoadMessage[];
  readonly warnings: readonly FalcoLoadMessage[];
}

export interface FalcoLoadMessage {
  readonly code: string;
  readonly codedesc: string;
  readonly message: string;
  readonly deprecated_field?: string;
  readonly context: {
    readonly locations: readonly {
      readonly item_type: string;
      readonly item_name: string;
      readonly position: {
        readonly name: string;
        readonly line: number;
        readonly column: number;
        readonly offset: number;
      };
    }[];
    readonly snippet: string;
  };
}

/** A message in the shape of Falco's JSON. */
export function falcoLoadMessage(message: LoadMessage): FalcoLoadMessage {
  const titles: Readonly<Record<string, string>> = { ...loadErrorTitles, ...loadWarningDescriptions };
  return {
    code: message.code,
    codedesc: titles[message.code]!,
    message: message.message,
    ...(message.deprecatedField === undefined ? {} : { deprecated_field: message.deprecatedField }),
    context: {
      locations: message.context.locations.map(({ itemType, itemName, name, mark }) => ({
        item_type: itemType,
        item_name: itemName,
        position: { name, line: mark.line, column: mark.column, offset: mark.offset },
      })),
      snippet: snippetOf(message.context),
    },
  };
}

/** More than what we say by ourselves: what is longer quotes a file at length. */
const longestMessage = 600;

/**
 * A message for people: where (file:line:column), what, the source line with a marker under the fault, and what to
 * write instead. Several lines, no colour, no line end at the end.
 */
export function renderLoadMessage(message: LoadMessage): string {
  const { place } = message;
  const item = describeItem(message.context);
  const lines = [
    `${place.file}:${place.line}:${place.column}: ${message.severity}: ${excerptOf(message.plain ?? message.message, longestMessage)}${item} [${message.code}]`,
  ];
  lines.push(...renderSourceLine(place));
  if (message.hint !== undefined) lines.push(`  = ${message.hint}`);
  return lines.join('\n');
}

const widestLine = 120;

/** The source line with its number and a marker below; a long line is cut around the marker. */
export function renderSourceLine(place: SourcePlace): string[] {
  const characters = [...place.sourceLine];
  const at = place.column - 1;
  let from = 0;
  if (characters.length > widestLine) from = Math.max(0, Math.min(at - 40, characters.length - widestLine));
  const shown = characters.slice(from, from + widestLine);
  const prefix = from > 0 ? '...' : '';
  const suffix = from + widestLine < characters.length ? '...' : '';
  const gutter = ' '.repeat(String(place.line).length);
  const before = shown.slice(0, at - from).map((character) => (character === '\t' ? '\t' : ' '));
  const marker = '^'.repeat(Math.max(1, Math.min(place.length, shown.length - (at - from))));
  return [
    `  ${place.line} | ${prefix}${shown.join('')}${suffix}`,
    `  ${gutter} | ${' '.repeat(prefix.length)}${before.join('')}${marker}`,
  ];
}

function describeItem(context: MessageContext): string {
  const named = context.locations.filter((location) =>
    ['rule', 'macro', 'list', 'exception'].includes(location.itemType),
  );
  const words = named
    .filter(({ itemName }) => itemName !== '')
    .map(({ itemType, itemName }) => `${itemType} '${excerptOf(itemName)}'`);
  return words.length === 0 ? '' : ` (in ${words.join(', ')})`;
}
