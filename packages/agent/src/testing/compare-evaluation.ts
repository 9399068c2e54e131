import { isSeawallError } from '@seawall/base';
import type { CaptureSection } from '@seawall/events';
import { type EventContext, processScopes } from '@seawall/inspector';
import {
  type BoundCondition,
  bindCondition,
  compileProgram,
  eventTypeUniverse,
  type FieldCatalogue,
  interpret,
  matchingCodes,
  parseCondition,
} from '@seawall/rules';
import { visitEvents } from './visit-events.ts';

/** One condition ready for both ways of evaluating. */
export interface ComparedRule {
  readonly text: string;
  readonly bound: BoundCondition<EventContext>;
  readonly eventTypes: readonly number[];
  /** How often it held and failed, on events of types that it can match. */
  held: number;
  failed: number;
}

/** Binds a condition; undefined where the catalogue refuses it (a constant of the wrong type, for example). */
export function prepareRule(text: string, catalogue: FieldCatalogue<EventContext>): ComparedRule | undefined {
  try {
    const condition = parseCondition(text, { readsHexadecimal: true });
    const bound = bindCondition(condition, catalogue);
    const eventTypes = [...matchingCodes(condition, eventTypeUniverse(catalogue.eventTypes!))];
    return { text, bound, eventTypes, held: 0, failed: 0 };
  } catch (error) {
    if (isSeawallError(error)) return undefined;
    throw error;
  }
}

/**
 * Replays the events, evaluating the rules with a compiled program and with the interpreter.
 * @throws Error at the first event about which they disagree, naming the event and the rule.
 */
export function compareEvaluation(
  rules: readonly ComparedRule[],
  sections: readonly CaptureSection[],
  catalogue: FieldCatalogue<EventContext>,
): void {
  const program = compileProgram(rules, catalogue, processScopes);
  const tests = rules.map(({ bound }) => interpret(bound));
  const typesOf = rules.map(({ eventTypes }) => new Set(eventTypes));
  visitEvents(sections, (context) => {
    const { type } = context.view;
    // What is asked before the event is looked at may never rule out what matches.
    const isOpen = program.isOpen(context, type);
    const count = program.evaluate(context, type);
    let next = 0;
    for (let rule = 0; rule < rules.length; rule++) {
      if (!typesOf[rule].has(type)) continue;
      const isExpected = tests[rule](context);
      const isMatched = next < count && program.matches[next] === rule;
      if (isMatched) next++;
      if (isExpected) rules[rule].held++;
      else rules[rule].failed++;
      if (isExpected !== isMatched) {
        const { text } = rules[rule];
        throw new Error(
          `event ${context.view.number} of type ${type}: the interpreter says ${isExpected}, the program ${isMatched}: ${text}`,
        );
      }
    }
    if (count > 0 && !isOpen)
      throw new Error(
        `event ${context.view.number} of type ${type}: the program says that no rule can match`,
      );
    if (next !== count)
      throw new Error(`event ${context.view.number}: the program matches a rule of another type`);
  });
}
