import { listOperators } from '../condition/tree.ts';
import { isQuantified } from '../load/check-exception.ts';
import type { ExceptionDefinition, ExceptionEntry, RuleDefinition } from '../load/definitions.ts';
import { failLoading } from '../load/message.ts';
import { concatTexts, type TracedText, textAtOnePlace } from '../load/traced-text.ts';
import { quoteItem } from './lists.ts';

export interface ConditionWithExceptions {
  readonly condition: TracedText;
  /** The fields that exceptions with values test, in order of their bytes. */
  readonly fields: readonly string[];
}

/**
 * A rule's condition with its exceptions behind it, as Falco writes them: `(condition) and not (...)` for each
 * exception that has values.
 */
export function addExceptions(rule: RuleDefinition): ConditionWithExceptions {
  if (rule.exceptions.length === 0) return { condition: rule.condition, fields: [] };
  const fields = new Set<string>();
  const parts: (TracedText | string)[] = ['(', rule.condition, ')'];
  for (const exception of rule.exceptions) {
    if (exception.values.length === 0) continue;
    parts.push(' and not ', ...writeException(exception, fields));
  }
  return { condition: concatTexts(...parts), fields: [...fields].sort() };
}

function writeException(exception: ExceptionDefinition, fields: Set<string>): (TracedText | string)[] {
  const field = exception.fields!;
  const operator = exception.operators!;
  if ('items' in field) {
    const operators = 'items' in operator ? operator.items : [];
    return writeCombinations(exception, field.items, operators.map(textOf), fields);
  }
  fields.add(field.item);
  const values = exception.values.flatMap((value, index) => {
    if ('items' in value) {
      return failLoading({
        code: 'LOAD_ERR_VALIDATE',
        message: 'Expected values array to contain a list of strings',
        context: exception.context,
        hint: `'fields' is a single field, so write 'values: [a, b]', or put the field in brackets`,
      });
    }
    const written = textAtOnePlace(quoteItem(value.item), value.place);
    return index === 0 ? [written] : [', ', written];
  });
  return ['(', textAtOnePlace(`${field.item} ${textOf(operator)} (`, field.place), ...values, '))'];
}

function writeCombinations(
  exception: ExceptionDefinition,
  tested: readonly ExceptionEntry[],
  operators: readonly string[],
  fields: Set<string>,
): (TracedText | string)[] {
  const names = tested.map(textOf);
  const parts: (TracedText | string)[] = ['('];
  exception.values.forEach((combination, index) => {
    const values = 'items' in combination ? combination.items : [];
    if (values.length !== names.length) {
      failLoading({
        code: 'LOAD_ERR_VALIDATE',
        message: 'Fields and values lists must have equal length',
        context: exception.context,
        hint: `each entry of 'values' is a list with ${names.length} values: [${names.join(', ')}]`,
      });
    }
    parts.push(index === 0 ? '(' : ' or (');
    names.forEach((name, column) => {
      fields.add(name);
      const operator = operators[column]!;
      const entry = tested[column]!;
      const place = 'item' in entry ? entry.place : -1;
      parts.push(column === 0 ? ' ' : ' and  ', textAtOnePlace(`${name} ${operator} `, place));
      parts.push(writeValue(values[column]!, operator));
    });
    parts.push(')');
  });
  parts.push(')');
  return parts;
}

function writeValue(value: ExceptionEntry, operator: string): TracedText {
  if ('items' in value) {
    const first = value.items[0];
    const place = first !== undefined && 'item' in first ? first.place : -1;
    // An empty item in front leaves no comma behind, as in Falco.
    const written = value.items.reduce(
      (text, item) => `${text}${text === '(' ? '' : ', '}${quoteItem(textOf(item))}`,
      '(',
    );
    return textAtOnePlace(`${written})`, place);
  }
  const takesList = (listOperators as readonly string[]).includes(operator) || isQuantified(operator);
  if (!takesList) return textAtOnePlace(quoteItem(value.item), value.place);
  return textAtOnePlace(value.item.startsWith('(') ? value.item : `(${value.item})`, value.place);
}

function textOf(entry: ExceptionEntry): string {
  return 'item' in entry ? entry.item : '';
}
