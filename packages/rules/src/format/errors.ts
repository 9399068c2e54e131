import { defineErrors } from '@seawall/base';

/**
 * Why an output format can't be used. Each error's details: `index`, `line` and `column` in the format, `text` (the
 * offending part).
 */
export const formatErrors = defineErrors('rules', {
  FORMAT_EMPTY: 'the output is empty: write what the alert should say, such as `shell in %container.name`',
  FORMAT_ENDS_IN_PERCENT:
    'line {line} column {column} of the output: nothing follows the %: write a field behind it, such as %proc.name',
  FORMAT_ENDS_IN_NUMBER:
    'line {line} column {column} of the output: no field follows {text}: write one behind the width, such as %10proc.name',
  FORMAT_WIDTH:
    'line {line} column {column} of the output: a width of {text} is too much: {most} is the most',
  FORMAT_FIELD: 'line {line} column {column} of the output: {text} is no field that can be shown: {reason}',
});
