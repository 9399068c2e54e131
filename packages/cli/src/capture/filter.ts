import { isSeawallError } from '@seawall/base';
import type { EventContext } from '@seawall/inspector';
import { bindCondition, findUnknownEventType, interpret, parseCondition } from '@seawall/rules';
import { errors } from '../errors.ts';
import { syscallCatalogue } from '../rules/catalogues.ts';

/**
 * Makes a condition of the rule language ready to choose events; undefined without one: all are chosen.
 * @throws cli/FILTER_INVALID
 */
export function compileFilter(words: readonly string[]): ((context: EventContext) => boolean) | undefined {
  const filter = words.join(' ');
  if (filter.trim() === '') return undefined;
  let reason: string;
  let cause: unknown;
  try {
    const condition = parseCondition(filter);
    const chooses = interpret(bindCondition<EventContext>(condition, syscallCatalogue));
    const unknown = findUnknownEventType(condition, syscallCatalogue);
    if (unknown === undefined) return chooses;
    const { line, column } = unknown.position;
    reason = `line ${line} column ${column}: ${unknown.plain}: \`seawall rules events\` lists them`;
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    reason = error.message;
    cause = error;
  }
  throw errors.create('FILTER_INVALID', { filter, reason }, cause);
}
