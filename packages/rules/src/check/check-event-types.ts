import { isSeawallError } from '@seawall/base';
import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import type { Condition } from '../condition/tree.ts';
import { eventTypeUniverse, matchingCodes } from '../event-types/event-types.ts';
import type { LoadWarningCode } from '../load/codes.ts';
import type { RuleDefinition } from '../load/definitions.ts';
import { type FoundProblem, failLoading } from '../load/message.ts';
import { plainWording } from './check-condition.ts';

/** More event types than this and a rule costs too much: Falco's number. */
const manyEventTypes = 100;

/**
 * The event types that a rule's condition can match, in their order; warns when there are too many.
 * @returns undefined where the source has one type of events only.
 * @throws a load error when the condition hides what types it is about.
 */
export function checkEventTypes(
  condition: Condition,
  rule: RuleDefinition,
  catalogue: FieldCatalogue,
  warn: (warning: FoundProblem<LoadWarningCode>) => void,
): readonly number[] | undefined {
  if (catalogue.eventTypes === undefined) return undefined;
  const types = findEventTypes(condition, rule, catalogue.eventTypes);
  if (types.length > manyEventTypes && rule.warnsAboutEventTypes) {
    warn({
      code: 'LOAD_NO_EVTTYPE',
      message: 'Rule matches too many evt.type values. This has a significant performance penalty.',
      context: rule.context,
      hint: "begin the condition with the events that it is about, such as 'evt.type in (open, openat, openat2) and ...'",
    });
  }
  return types;
}

/** The event types that a condition can match, in their order. @throws a load error when it hides them. */
export function findEventTypes(
  condition: Condition,
  rule: RuleDefinition,
  names: NonNullable<FieldCatalogue['eventTypes']>,
): readonly number[] {
  try {
    return [...matchingCodes(condition, eventTypeUniverse(names))].sort((left, right) => left - right);
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    return failLoading({
      code: 'LOAD_ERR_COMPILE_CONDITION',
      message: plainWording(error.message),
      context: rule.conditionContext,
      hint: 'compare evt.type itself with names of events',
    });
  }
}
