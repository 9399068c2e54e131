import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import { parseOperandAt } from '../condition/parse-operand.ts';
import type { Operand, Position, TransformerArgument } from '../condition/tree.ts';
import type { BoundOperand } from '../evaluate/bound-operand.ts';
import { bindOperand } from '../evaluate/operand.ts';
import { bytesFromText } from '../value/bytes.ts';
import { formatErrors } from './errors.ts';

/** An output format in pieces. */
export interface ParsedFormat<Context> {
  /** False for a format that begins with `*`: fields without a value then read `<NA>`. */
  readonly needsAllValues: boolean;
  readonly pieces: readonly FormatPiece<Context>[];
  /** What the format shows, by name, for JSON: the fields and the outermost transformers, in order of the text. */
  readonly named: readonly NamedOperand<Context>[];
}

export type FormatPiece<Context> =
  | { readonly kind: 'text'; readonly bytes: string }
  | {
      readonly kind: 'operand';
      readonly operand: BoundOperand<Context>;
      /** Cut or filled with blanks to so many bytes; 0: as it is. */
      readonly width: number;
    };

export interface NamedOperand<Context> {
  readonly name: string;
  readonly operand: BoundOperand<Context>;
  readonly isTransformer: boolean;
}

const widestField = 65535;

/**
 * Parses an output format (libs, eventformatter.cpp): text with `%field`, `%field[argument]`,
 * `%transformer(...)`, `%WIDTHfield`. A field's name is the longest that the catalogue knows, so text may follow
 * without a blank.
 * @param format ordinary text, not bytes.
 * @throws one of formatErrors, with the place.
 */
export function parseFormat<Context>(
  format: string,
  catalogue: FieldCatalogue<Context>,
): ParsedFormat<Context> {
  if (format === '') throw formatErrors.create('FORMAT_EMPTY', { index: 0, line: 1, column: 1, text: '' });
  const needsAllValues = format[0] !== '*';
  const pieces: FormatPiece<Context>[] = [];
  const named: NamedOperand<Context>[] = [];
  let at = needsAllValues ? 0 : 1;
  while (at < format.length) {
    const percent = format.indexOf('%', at);
    const textEnd = percent === -1 ? format.length : percent;
    if (textEnd > at) pieces.push({ kind: 'text', bytes: bytesFromText(format.slice(at, textEnd)) });
    if (percent === -1) break;
    const { width, start } = parseWidth(format, percent);
    const operand = bindLongest(format, percent, start, catalogue);
    pieces.push({ kind: 'operand', operand, width });
    nameOperands(operand.node as Operand, catalogue, named);
    at = operand.node.end;
  }
  return { needsAllValues, pieces, named };
}

function parseWidth(format: string, percent: number): { width: number; start: number } {
  const digits = /[0-9]*/y;
  digits.lastIndex = percent + 1;
  const text = digits.exec(format)![0];
  const start = percent + 1 + text.length;
  if (start === format.length) {
    const details = { ...placeOf(format, percent), text: format.slice(percent, start) };
    throw formatErrors.create(text === '' ? 'FORMAT_ENDS_IN_PERCENT' : 'FORMAT_ENDS_IN_NUMBER', details);
  }
  const width = Number(text);
  if (width > widestField) {
    throw formatErrors.create('FORMAT_WIDTH', { ...placeOf(format, percent), text, most: widestField });
  }
  return { width, start };
}

/** The longest field or transformer at `start` that the catalogue can bind. */
function bindLongest<Context>(
  format: string,
  percent: number,
  start: number,
  catalogue: FieldCatalogue<Context>,
): BoundOperand<Context> {
  let firstError: unknown;
  for (const end of possibleEnds(format, start)) {
    try {
      return bindOperand(parseOperandAt(format.slice(0, end), start), catalogue);
    } catch (error) {
      firstError ??= error;
    }
  }
  const word = /\S*/y;
  word.lastIndex = percent;
  const text = word.exec(format)![0];
  const reason = (firstError as Error).message.replace(/^line \d+ column \d+: /, '');
  throw formatErrors.create('FORMAT_FIELD', { ...placeOf(format, percent), text, reason }, firstError);
}

/**
 * Where the operand may end, the longest first: with its argument, without it, and for a field at each shorter name.
 * The end of the format stands for "as far as it can be read".
 */
function* possibleEnds(format: string, start: number): Generator<number> {
  yield format.length;
  const nameRun = /[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+/y;
  nameRun.lastIndex = start;
  const name = nameRun.exec(format)?.[0];
  if (name !== undefined) {
    for (let length = name.length; name.lastIndexOf('.', length - 2) > 0; length--) yield start + length;
    return;
  }
  for (let i = format.indexOf(')[', start); i !== -1; i = format.indexOf(')[', i + 1)) yield i + 1;
}

/**
 * What to show by name: every field, and of transformers around each other the outermost, told the way Falco's
 * formatter tells them.
 */
function nameOperands<Context>(
  node: Operand,
  catalogue: FieldCatalogue<Context>,
  named: NamedOperand<Context>[],
): void {
  let isAfterTransformer = false;
  function visit(inner: TransformerArgument): void {
    if (inner.kind === 'value') return;
    if (inner.kind === 'transformer-list') {
      inner.items.forEach(visit);
      return;
    }
    const operand = bindOperand(inner, catalogue);
    if (inner.kind === 'field') {
      named.push({ name: bytesFromText(operand.text), operand, isTransformer: false });
      isAfterTransformer = false;
      return;
    }
    inner.operands.forEach(visit);
    if (isAfterTransformer) named.pop();
    named.push({ name: bytesFromText(operand.text), operand, isTransformer: true });
    isAfterTransformer = true;
  }
  visit(node);
}

function placeOf(format: string, index: number): Position {
  const before = format.slice(0, index).split(/[\r\n]/);
  return { index, line: before.length, column: before.at(-1)!.length + 1 };
}
