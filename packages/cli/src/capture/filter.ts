import { isSeawallError } from '@seawall/base';
import type { EventContext } from '@seawall/inspector';
import { bindCondition, interpret, parseCondition } from '@seawall/rules';
import { errors } from '../errors.ts';
import { syscallCatalogue } from '../rules/catalogues.ts';

/**
 * Makes a condition of the rule language ready to choose events; undefined without one: all are chosen.
 * @throws cli/FILTER_INVALID
 */
export function compileFilter(words: readonly string[]): ((context: EventContext) => boolean) | undefined {
  const filter = words.join(' ');
  if (filter.trim() === '') return undefined;
  try {
    return interpret(bindCondition<EventContext>(parseCondition(filter), syscallCatalogue));
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    throw errors.create('FILTER_INVALID', { filter, reason: error.message }, error);
  }
}
