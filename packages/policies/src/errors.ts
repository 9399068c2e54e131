import { defineErrors } from '@seawall/base';

/** Everything that can go wrong in this package, by code. */
export const errors = defineErrors('policies', {
  PROFILE_INVALID: '{problems}',
  RULES_INVALID: 'the rules have errors, `seawall rules check` shows them all:\n{problems}',
  NO_PROFILE_RULES:
    'no rule in {names} is one that `seawall profile generate` writes: those are called like {example}',
  LIST_MISSING: 'the rule {rule} is there, but the list {list} is not: add the file that defines it',
  LIST_ITEM_INVALID: 'the list {list} holds {item}, which a profile can’t say: {problem}',
  SECRET_UNREADABLE: '{place} should hold a secret: {reason}',
  CHANNEL_FILE_UNREADABLE: 'cannot read {path}, which a channel names under tls: {reason}',
  NOTHING_TO_UNDO:
    'the action {key} ({kind}, {result}) left nothing to undo: pauses, labels and isolation that were done can be undone',
  UNDONE_ALREADY: 'the action {key} is undone already',
  UNDO_FAILED: 'the action {key} ({kind}) could not be undone: {reason}',
});
