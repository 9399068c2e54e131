import { defineErrors } from '@seawall/base';

/** What can be wrong with a field as a rule writes it. */
export const fieldErrors = defineErrors('inspector', {
  FIELD_TAKES_NO_ARGUMENT: 'field {field} takes no argument, but [{argument}] was given: remove the brackets',
  FIELD_NEEDS_ARGUMENT: 'field {field} needs an argument: write {example}',
  FIELD_NEEDS_NUMBER: 'field {field} takes a whole number in brackets, not "{argument}": write {example}',
  FIELD_UNKNOWN_EVENT_ARGUMENT:
    'no event has an argument named "{argument}", which {field} was asked for: see `seawall rules events`',
  FIELD_UNKNOWN_EVENT_TYPE: '{field} knows no event type "{argument}": see `seawall rules events`',
  FIELD_BAD_ARGUMENT: 'field {field} can\'t take "{argument}" as its argument: write {example}',
  FIELD_OPERATOR: "field {field} can't be compared with operator {operator}: it knows {known}",
  FIELD_HOLDS_BYTES:
    '{field} is bytes, which are compared with nothing: write evt.buffer for the data of a call, or {text}, its text',
});
