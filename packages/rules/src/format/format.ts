import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import type { BoundOperand } from '../evaluate/bound-operand.ts';
import { isInteger, type JsonValue, renderJson, renderValue } from '../value/render.ts';
import { parseFormat } from './parse.ts';

/** An output format made ready for events. All texts are byte strings. */
export interface OutputFormat<Context> {
  /** Names of what is shown, in order, repeated where it is: fields, and transformers around them. */
  readonly names: readonly string[];
  /**
   * The output. A format without a leading `*` ends, incomplete, at the first field without a value.
   */
  text(context: Context): FormattedText;
  /**
   * What is shown, each by name. Incomplete when a field of a format without a leading `*` has no value; with it
   * such fields read `<NA>`.
   */
  values(context: Context): FormattedValues<string>;
  /** As `values`, as they stand in JSON output; fields without a value are null. */
  json(context: Context): FormattedValues<JsonValue>;
}

export interface FormattedText {
  readonly text: string;
  readonly isComplete: boolean;
}

export interface FormattedValues<Shown> {
  readonly values: ReadonlyMap<string, Shown>;
  readonly isComplete: boolean;
}

export interface FormatOptions {
  /** Whether `values` and `json` hold transformers besides the fields in them; Falco leaves them out. */
  readonly namesTransformers?: boolean;
}

const noValue = '<NA>';

/**
 * Makes a rule's output ready.
 * @param format ordinary text as in the rule file.
 * @throws one of formatErrors.
 */
export function createOutputFormat<Context>(
  format: string,
  catalogue: FieldCatalogue<Context>,
  options: FormatOptions = {},
): OutputFormat<Context> {
  const { needsAllValues, pieces, named } = parseFormat(format, catalogue);
  const shown = named.filter(({ isTransformer }) => options.namesTransformers === true || !isTransformer);

  function collect<Shown>(
    read: (operand: BoundOperand<Context>) => Shown | undefined,
    missing: Shown,
  ): FormattedValues<Shown> {
    const values = new Map<string, Shown>();
    for (const { name, operand } of shown) {
      const value = read(operand);
      if (value === undefined && needsAllValues) return { values, isComplete: false };
      values.set(name, value ?? missing);
    }
    return { values, isComplete: true };
  }

  return {
    names: named.map(({ name }) => name),
    text(context) {
      let text = '';
      for (const piece of pieces) {
        if (piece.kind === 'text') {
          text += piece.bytes;
          continue;
        }
        const value = renderOperand(piece.operand, context);
        if (value === undefined && needsAllValues) return { text, isComplete: false };
        text += fit(value ?? noValue, piece.width);
      }
      return { text, isComplete: true };
    },
    values: (context) => collect((operand) => renderOperand(operand, context), noValue),
    json: (context) =>
      collect<JsonValue>((operand) => renderOperandAsJson(operand, context) ?? undefined, null),
  };
}

function fit(text: string, width: number): string {
  return width === 0 ? text : text.slice(0, width).padEnd(width);
}

/** How an operand reads in output; undefined where it has no value. */
export function renderOperand<Context>(operand: BoundOperand<Context>, context: Context): string | undefined {
  const render = operand.field?.render;
  if (render !== undefined) return render(context);
  const value = operand.extract(context);
  return value === undefined ? undefined : renderValue(operand.type, operand.format, value);
}

function renderOperandAsJson<Context>(operand: BoundOperand<Context>, context: Context): JsonValue {
  const { field, type, format } = operand;
  if (field?.render !== undefined && field.extractForJson === undefined && !isInteger(type)) {
    return field.render(context) ?? null;
  }
  const value = (field?.extractForJson ?? operand.extract)(context);
  if (value === undefined) return null;
  // A field that shows something else in JSON shows an integer there (a time as nanoseconds).
  return field?.extractForJson === undefined
    ? renderJson(type, format, value)
    : renderJson('int64', 'decimal', value);
}
