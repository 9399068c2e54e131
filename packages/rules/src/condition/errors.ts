import { defineErrors, type SeawallError } from '@seawall/base';
import type { Position } from './tree.ts';

/**
 * Why a condition can't be parsed. Each error's details: `index`, `line`, `column` (see Position), `text` (the
 * offending text, empty at the end of the condition), and what its message names besides.
 */
export const conditionErrors = defineErrors('rules', {
  CONDITION_EMPTY: 'the condition is empty: write at least one check, such as `evt.type = execve`',
  CONDITION_TOO_DEEP:
    'line {line} column {column}: the condition is nested too deeply, more than {limit} levels of its grammar (a parenthesis is up to five): move inner parts into macros',
  CONDITION_CONTINUES:
    "line {line} column {column}: unexpected {found} after '{after}': join checks with `and` or `or`, and quote values that hold blanks, commas, `=` or parentheses",
  CONDITION_BLANK_MISSING:
    "line {line} column {column}: a blank or '(' must follow '{after}', but {found} does",
  CONDITION_CHECK_MISSING:
    "line {line} column {column}: a check (such as `proc.name = sh`), the name of a macro, or '(' must stand here, but {found} does",
  CONDITION_PARENTHESIS_MISSING: "line {line} column {column}: ')' must close the parenthesis before {found}",
  CONDITION_FIELD_ARGUMENT_MISSING:
    'line {line} column {column}: the brackets of a field hold a word or a quoted string, such as `evt.arg[0]` or `evt.arg["path"]`, but {found} stands here',
  CONDITION_BRACKET_MISSING: "line {line} column {column}: ']' must close the bracket before {found}",
  CONDITION_OPERATOR_MISSING:
    'line {line} column {column}: an operator must follow the field, but {found} does: write one of {operators}',
  CONDITION_NUMBER_MISSING:
    'line {line} column {column}: a number must stand here, or a field in one of {transformers}, but {found} does',
  CONDITION_VALUE_MISSING:
    'line {line} column {column}: a value must stand here, or a field in one of {transformers}, but {found} does: close quotes, and write a list as `in (a, b)`',
  CONDITION_LIST_ITEM_MISSING:
    'line {line} column {column}: a value of the list must stand here, but {found} does: take out commas too many, close quotes',
  CONDITION_LIST_MISSING:
    'line {line} column {column}: a list such as `(a, b)`, the name of a list, or a field in one of {transformers} must stand here, but {found} does',
  CONDITION_TRANSFORMER_ARGUMENT_MISSING:
    'line {line} column {column}: an argument of {transformer} must stand here (a field, a transformer other than val, a quoted string, a number, a list in parentheses), but {found} does',
  CONDITION_TRANSFORMER_ITEM_MISSING:
    'line {line} column {column}: an item of the list must stand here (a field, a transformer other than val, a quoted string, a number), but {found} does',
  CONDITION_TRANSFORMER_PARENTHESIS_MISSING:
    "line {line} column {column}: ')' must close {transformer}( before {found}",
  CONDITION_FIELD_MISSING:
    'line {line} column {column}: the name of a field must stand in val( ), but {found} does',
  CONDITION_ESCAPE_UNKNOWN:
    'line {line} column {column}: the quoted string before holds {escape}, which is no escape: write \\\\ for a backslash; the escapes are \\b \\f \\n \\r \\t \\/ \\\\ and the quote itself',
  CONDITION_ESCAPE_WRONG_QUOTE:
    'line {line} column {column}: the quoted string before escapes {escape}, which needs no escape there: take the backslash out',
  CONDITION_ESCAPE_HEXADECIMAL:
    'line {line} column {column}: the quoted string before holds {escape}, which Falco 0.44 does not read: write the character itself, or \\\\x for a backslash before x; bytes are asked for with bcontains or bstartswith',
  CONDITION_ESCAPE_WRONG_HEXADECIMAL:
    'line {line} column {column}: the quoted string before holds {escape}: \\x needs two hexadecimal digits, such as \\x7f',
});

export type ConditionErrorCode = keyof typeof conditionErrors.catalogue;

/** The error of that code at that place of `text`. */
export function conditionError(
  code: ConditionErrorCode,
  text: string,
  position: Position,
  details: Readonly<Record<string, unknown>> = {},
): SeawallError {
  const offending = wordAt(text, position.index);
  const found = offending === '' ? 'the end' : `'${offending}'`;
  return conditionErrors.create(code, { ...position, text: offending, found, ...details });
}

const longestShown = 40;

/** The word or the single character at that offset: what a message points at. */
function wordAt(text: string, index: number): string {
  const word = /[^\s(),=]+/y;
  word.lastIndex = index;
  const found = word.exec(text)?.[0] ?? text.slice(index, index + 1);
  return found.length > longestShown ? `${found.slice(0, longestShown)}...` : found;
}
