import { defineErrors } from '@seawall/base';

/** Everything that can go wrong in this package, by code. */
export const errors = defineErrors('kube', {
  FIELD_ARGUMENT_MISSING: '{field} needs an argument in brackets, as in {field}[{example}]',
  FIELD_ARGUMENT_REFUSED: '{field} takes no argument, but has [{argument}]: write {field} alone',
  FIELD_INDEX_INVALID:
    '{field}[{argument}]: the argument counts from 0 and is written in digits, as in {field}[0]',
  METADATA_NOT_JSON: '{path} is not container metadata: {reason} at byte {offset}',
  METADATA_SHAPE:
    '{path} is not container metadata: {problem}. Expected is an object with "items", each of kind "container" or "sandbox" with what CRI says of it',
});
