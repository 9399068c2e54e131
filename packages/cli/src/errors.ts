import { defineErrors } from '@seawall/base';

/** Everything that can go wrong in this package, by code. */
export const errors = defineErrors('cli', {
  FILE_UNREADABLE: 'cannot read {path}: {reason}',
  FILE_UNWRITABLE: 'cannot write {path}: {reason}',
  RULES_ABSENT: 'there is no rule file (.yaml, .yml) in {paths}',
  INPUT_DAMAGED: '{path}: the compressed data is damaged ({reason})',
  FILTER_INVALID: 'the filter {filter} makes no sense: {reason}',
  EXAMPLE_ABSENT:
    'the bundled recording is part of the repository, not of the published package: replay a capture of your own with seawall watch --capture FILE --rules FILE',
  NO_SUCH_FINDING: 'there is no finding {id}: `seawall findings list --state all` shows those there are',
  OPTION_MISSING: '{command} needs {option}: {hint}',
  OPTION_INVALID: '{option} {value}: {problem}',
  SETTING_UNKNOWN: '-o {setting}: there is no such setting. Known are: {known}',
  NOT_LIVE: 'this machine can not be watched live: {obstacle}',
  SETTING_INVALID: '-o {setting}: {problem}',
  NO_SUCH_ACTION: 'there is no action {key} that can be undone: {hint}',
  CHANNELS_INVALID: 'channels and policies have errors:\n{problems}',
  CHANNEL_UNKNOWN: 'there is no channel {name}; there are: {known}',
});
