import { allOperators, quantifiers, textOperators } from '../condition/tree.ts';
import { nearestName } from '../suggest/nearest.ts';
import type { ExceptionDefinition, ExceptionEntry } from './definitions.ts';
import { failLoading } from './message.ts';

/**
 * Checks that an exception's fields and operators fit together and exist, and fills in the operators that it
 * leaves out: `=` for each of several fields, `in` for a single one.
 * @param hasField whether a text is a field of the rule's source; undefined when the source is unknown.
 */
export function completeException(
  exception: ExceptionDefinition,
  hasField: ((text: string) => boolean) | undefined,
): ExceptionDefinition {
  const { fields } = exception;
  if (fields === undefined) throw new TypeError('an exception is completed only once it has fields');
  return 'items' in fields
    ? completeList(exception, fields.items, hasField)
    : completeSingle(exception, fields.item, hasField);
}

function completeList(
  exception: ExceptionDefinition,
  fields: readonly ExceptionEntry[],
  hasField: ((text: string) => boolean) | undefined,
): ExceptionDefinition {
  const given = exception.operators;
  const operators =
    given === undefined ? fields.map(() => ({ item: '=', place: -1 })) : 'items' in given ? given.items : [];
  if (operators.length !== fields.length) {
    refuse(
      exception,
      'Fields and comps lists must have equal length',
      `write ${fields.length} operators under 'comps', one for each field, or leave 'comps' out to compare with =`,
    );
  }
  const trimmed = operators.map((operator) =>
    'items' in operator ? { item: '', place: -1 } : { ...operator, item: trimBlanks(operator.item) },
  );
  for (const { item } of trimmed) {
    if (allOperators.includes(item) || isQuantified(item)) continue;
    const nearest = nearestName(item, allOperators);
    refuse(
      exception,
      `'${item}' is not a supported comparison operator`,
      nearest === undefined ? `one of ${allOperators.join(', ')}` : `did you mean '${nearest}'?`,
    );
  }
  for (const field of fields) checkField(exception, 'items' in field ? '' : field.item, hasField);
  return { ...exception, operators: { items: trimmed } };
}

function completeSingle(
  exception: ExceptionDefinition,
  field: string,
  hasField: ((text: string) => boolean) | undefined,
): ExceptionDefinition {
  const operators = exception.operators ?? { item: 'in', place: -1 };
  if ('items' in operators) {
    refuse(
      exception,
      'Fields and comps must both be strings',
      "write 'comps: in', or put the field in brackets too",
    );
  }
  const operator = trimBlanks(operators.item);
  if (!['in', 'pmatch', 'intersects'].includes(operator) && !isQuantified(operator)) {
    refuse(
      exception,
      'When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier operator (e.g. startswith oneof)',
      `write 'comps: in', or 'fields: [${field}]' and 'comps: [${operator}]' with each value in brackets`,
    );
  }
  checkField(exception, field, hasField);
  return { ...exception, operators: { item: operator, place: operators.place } };
}

function checkField(
  exception: ExceptionDefinition,
  field: string,
  hasField: ((text: string) => boolean) | undefined,
): void {
  if (hasField !== undefined && !hasField(field)) {
    refuse(exception, `'${field}' is not a supported filter field`, undefined);
  }
}

/** Whether it is an operator on texts followed by `oneof`, `anyof` or `allof`. */
export function isQuantified(operator: string): boolean {
  const [first = '', ...rest] = operator.split(' ');
  const isText = (textOperators as readonly string[]).includes(first);
  return isText && (quantifiers as readonly string[]).includes(rest.join(' '));
}

function trimBlanks(text: string): string {
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}

function refuse(exception: ExceptionDefinition, message: string, hint: string | undefined): never {
  return failLoading({ code: 'LOAD_ERR_VALIDATE', message, context: exception.context, hint });
}
