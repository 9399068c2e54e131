import { defineErrors, type SeawallError } from '@seawall/base';
import type { Position } from '../condition/tree.ts';

/**
 * Why a condition that parses can't be evaluated over a catalogue of fields. Each error's details: `index`, `line`,
 * `column`, `text` (the offending part as written), and what its message names besides.
 */
export const bindErrors = defineErrors('rules', {
  FIELD_UNKNOWN:
    "line {line} column {column}: the {source} source has no field '{field}'{suggestion}: `seawall rules fields` lists them",
  FIELD_UNUSABLE: 'line {line} column {column}: {reason}',
  FIELD_ARGUMENT_UNEXPECTED:
    "line {line} column {column}: field '{field}' takes no argument: take [{argument}] out",
  FIELD_ARGUMENT_NEEDED: "line {line} column {column}: field '{field}' needs an argument: write {field}[...]",
  MACRO_UNRESOLVED:
    "line {line} column {column}: '{name}' is neither a macro nor a check: define the macro before this rule, or write an operator behind the field",
  OPERATOR_UNFIT:
    "line {line} column {column}: operator {operator} can't be used on '{left}' ({type}): it takes {operators}",
  TYPE_INCOMPARABLE:
    "line {line} column {column}: '{left}' ({type}) can't be compared with anything: only `exists` can be asked of it",
  CONSTANT_WRONG:
    "line {line} column {column}: '{text}' can't be compared with '{left}' ({type}): write {expected}",
  CONSTANT_TOO_LONG:
    'line {line} column {column}: the value is longer than 255 bytes, the most that a comparison takes',
  CONSTANT_HOLDS_NUL:
    "line {line} column {column}: '{left}' is text, which never holds the byte \\x00: take it out of the value",
  CONSTANT_TYPE_UNKNOWN:
    "line {line} column {column}: '{left}' ({type}) can't be compared with a value: only `exists` can be asked of it",
  CONSTANT_NOT_HEXADECIMAL:
    "line {line} column {column}: {operator} takes bytes as pairs of hexadecimal digits such as 7f454c46, not '{text}'",
  REGEX_WRONG: "line {line} column {column}: the regular expression '{text}' can't be read: {problem}",
  TRANSFORMER_UNFIT:
    "line {line} column {column}: {transformer}( ) can't be put around '{operand}', which is {type}",
  TRANSFORMER_FORBIDDEN: "line {line} column {column}: field '{field}' can't stand in a transformer",
  TRANSFORMER_ARGUMENT_UNEXPECTED:
    'line {line} column {column}: nothing can stand in brackets behind {transformer}( ): take [{argument}] out',
  TRANSFORMER_ARGUMENTS_WRONG: 'line {line} column {column}: {transformer}( ) takes {wanted}',
  TYPE_TRANSFORMED:
    'line {line} column {column}: the type of an event must be compared as it is, not in {transformer}( ): which events the rule needs could not be told',
  TYPE_COMPARED_WITH_FIELD:
    'line {line} column {column}: the type of an event must be compared with names, not with a field: which events the rule needs could not be told',
  OPERAND_OPERATOR:
    "line {line} column {column}: operator {operator} takes constants only: compare '{left}' with values, not with a field",
  OPERAND_FORBIDDEN:
    "line {line} column {column}: field '{field}' can't be compared with another field, only with constants",
  OPERAND_TYPES_DIFFER:
    "line {line} column {column}: '{left}' ({type}) and '{right}' ({rightType}) are of different types, so they can't be compared",
});

export type BindErrorCode = keyof typeof bindErrors.catalogue;

export function bindError(
  code: BindErrorCode,
  position: Position,
  details: Readonly<Record<string, unknown>>,
  cause?: unknown,
): SeawallError {
  return bindErrors.create(code, { ...position, ...details }, cause);
}
