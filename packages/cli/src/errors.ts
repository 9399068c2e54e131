import { defineErrors } from '@seawall/base';

/** Everything that can go wrong in this package, by code. */
export const errors = defineErrors('cli', {
  FILE_UNREADABLE: 'cannot read {path}: {reason}',
  FILE_UNWRITABLE: 'cannot write {path}: {reason}',
  INPUT_DAMAGED: '{path}: the compressed data is damaged ({reason})',
  OPTION_MISSING: '{command} needs {option}: {hint}',
  OPTION_INVALID: '{option} {value}: {problem}',
  SETTING_UNKNOWN: '-o {setting}: there is no such setting. Known are: {known}',
  SETTING_INVALID: '-o {setting}: {problem}',
});
