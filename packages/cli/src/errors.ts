import { defineErrors } from '@seawall/base';

/** Everything that can go wrong in this package, by code. */
export const errors = defineErrors('cli', {
  FILE_UNREADABLE: 'cannot read {path}: {reason}',
  FILE_UNWRITABLE: 'cannot write {path}: {reason}',
  NOT_A_CAPTURE:
    '{path} exists and is no capture: it stays as it is. Name another file for the capture, or remove this one first',
  RULES_ABSENT: 'there is no rule file (.yaml, .yml) in {paths}',
  POLICIES_ABSENT: 'there is no RuntimePolicy, RuleSet or NotificationChannel in {paths}',
  EVENTS_ABSENT:
    'nothing in {path} is an audit event: {places}, the first of them {first}; what is read is the log of a Kubernetes API server, an event a line',
  INPUT_TOO_LONG: '{path} is too long to be read as a whole: unpacked it has more than {bytes} bytes',
  INPUT_DAMAGED: '{path}: the compressed data is damaged ({reason})',
  FILTER_INVALID: 'the filter {filter} makes no sense: {reason}',
  EXAMPLE_ABSENT:
    'the rules and the recording that up takes are part of the repository, not of the published package: watch this machine with rules of your own with seawall watch --rules FILE, or replay a capture with --capture FILE',
  NO_SUCH_FINDING: 'there is no finding {id}: `seawall findings list --state all` shows those there are',
  OPTION_MISSING: '{command} needs {option}: {hint}',
  OPTION_INVALID: '{option} {value}: {problem}',
  SETTING_UNKNOWN: '-o {setting}: there is no such setting. Known are: {known}',
  NOT_LIVE: 'this machine can not be watched live: {obstacle}',
  SETTING_INVALID: '-o {setting}: {problem}',
  NO_SUCH_ACTION: 'there is no action {key} that can be undone: {hint}',
  NO_SUCH_DEAD_LETTER:
    'there is no dead letter {ids}, so nothing is sent again: `seawall channels outbox --state dead` shows those there are',
  DRILL_INTERRUPTED:
    'the drill was ended before its end, so that nothing is said of it; what it had made is taken away again',
  PODS_UNSEEN: 'nothing was seen of any pod that {profile} is about, so nothing of it was tried: {hint}',
  CHANNELS_INVALID: 'channels and policies have errors:\n{problems}',
  CHANNEL_UNKNOWN: 'there is no channel {name}; there are: {known}',
});
