import { defineErrors } from '@seawall/base';

/** Everything that can go wrong in this package, by code. */
export const errors = defineErrors('agent', {
  DROP_THRESHOLD_INVALID:
    'the threshold for lost events is {threshold}: it is a part of all events, from 0 (any loss) to 1 (never)',
  DROP_ACTIONS_CONTRADICT:
    'lost events can not be ignored and reported ({other}) at once: name "ignore" alone, or leave it out',
  STOPPED_BY_DROPS: 'events were lost ({lost} in the last second), and the action for that is to stop',
  FILE_UNREADABLE: '{path} can not be read: {reason}',
  TEXTS_TOO_LONG:
    'rules and policies are too long: with {path} ({size} bytes) they have more than {bytes} bytes; limits.memoryMebibytes says how much may be read',
  CONFIGURATION_INVALID: 'the configuration is wrong:\n{messages}',
  SET_REFUSED: 'rules or policies are wrong, so the agent does not start with them:\n{messages}',
  LISTEN_FAILED: 'can not listen at {address}: {reason}; choose another address in the configuration',
  HOT_LOOP_FAILED: 'looking at events ended: {reason}',
  AUDIT_REQUEST_TOO_LONG:
    'a request with audit events has more than {bytes} bytes: set the API server’s --audit-webhook-batch-max-size lower, or audit.maximumMebibytes higher',
  AUDIT_REQUEST_UNREADABLE: 'the request holds no audit events: {reason}',
  AUDIT_BUSY: 'too many audit events come at once: send it again',
  AUDIT_ACCESS_INVALID: 'audit events can not be taken like this: {reason}',
  ALREADY_RUNNING: 'another agent (pid {pid}) uses {path}: stop it, or give this one a store of its own',
  CAPTURES_FOLDER_UNUSABLE:
    'captures can not be kept in {path} ({reason}): name a folder that may be written as captures.directory',
  PAUSE_NOT_NOTED: 'the pause can not be written down in {path}: {reason}',
  ACTIVITY_RULES_INVALID: 'what workloads do can not be watched for with this table of fields: {problems}',
  DRILL_IMPOSSIBLE: 'the drill can not be played: {reason}',
  CASES_UNREADABLE: 'cannot read the rule cases in {path}: {reason}',
  CASES_INVALID: '{problems}',
  STEP_INVALID: '{problem}',
});
