import type { Dependency, FieldCatalogue } from './catalogue/catalogue.ts';
import type { CompilableRule } from './compile.ts';
import { listCandidates } from './plan/candidate.ts';
import { groundCandidates } from './plan/grounded.ts';
import { both, type Judgement, type Necessity, necessityOf } from './plan/necessity.ts';
import { createNodeTable } from './plan/node.ts';
import type { Predicate } from './plan/predicate.ts';
import { createPredicateTable } from './plan/predicates.ts';

/** What a rule asks of events of a type, for one kind of them. */
export interface RuleNecessity {
  /** Index of the rule. */
  readonly rule: number;
  readonly necessity: Necessity;
}

/** The plan of a rule set, to be asked what must be so of events for rules to match them. */
export interface Necessities<Context> {
  /**
   * For each rule that can match events of the type at all.
   * @param judge what is known of each comparison for the events in question.
   */
  of(eventType: number, judge: (predicate: Predicate<Context>) => Judgement): readonly RuleNecessity[];
  /** Whether each rule that can match events of the type asks something that rests on these grounds alone. */
  areGrounded(eventType: number, grounds: ReadonlySet<Dependency>): boolean;
}

/** Plans rules for finding out which events a source need not even hand over. */
export function planNecessities<Context>(
  rules: readonly CompilableRule<Context>[],
  catalogue: FieldCatalogue<Context>,
): Necessities<Context> {
  const nodes = createNodeTable<Context>();
  const predicates = createPredicateTable(catalogue, nodes);
  const planned = rules.map(({ bound, eventTypes }) => ({
    condition: predicates.nodeOf(bound),
    eventTypes: eventTypes ?? [0],
  }));
  const typePredicates = predicates.all.filter(({ verdictForType }) => verdictForType !== undefined);
  const { byEventType } = listCandidates(planned, typePredicates, nodes);
  return {
    areGrounded: (eventType, grounds) =>
      groundCandidates(byEventType.get(eventType) ?? [], grounds).isAskedByAll,
    of: (eventType, judge) =>
      (byEventType.get(eventType) ?? []).map(({ rule, scopeParts, eventParts }) => ({
        rule,
        necessity: [...scopeParts, ...eventParts]
          .map((part) => necessityOf(part, judge))
          .reduce(both, 'anything'),
      })),
  };
}
