import type { FieldCatalogue } from './catalogue/catalogue.ts';
import type { BoundCondition } from './evaluate/bind.ts';
import { listCandidates } from './plan/candidate.ts';
import { createNodeTable } from './plan/node.ts';
import { createPredicateTable } from './plan/predicates.ts';
import { createProgram, type Program, type ScopeTracker } from './program.ts';

/** What a rule is to the compiler; its index in the list is how the program names it. */
export interface CompilableRule<Context> {
  readonly bound: BoundCondition<Context>;
  /** The event types that the condition can match; undefined where the source has one type only, number 0. */
  readonly eventTypes: readonly number[] | undefined;
}

const onlyType: readonly number[] = [0];

/**
 * Compiles a rule set for one stream of events of the catalogue's source: plans it (equal conditions become one,
 * what depends on the process is set apart) and emits JavaScript for each kind of event.
 * @param tracker where verdicts about processes are kept; none: nothing is kept between events.
 */
export function compileProgram<Context>(
  rules: readonly CompilableRule<Context>[],
  catalogue: FieldCatalogue<Context>,
  tracker: ScopeTracker<Context> = untracked,
): Program<Context> {
  const nodes = createNodeTable<Context>();
  const predicates = createPredicateTable(catalogue, nodes);
  const planned = rules.map(({ bound, eventTypes }) => ({
    condition: predicates.nodeOf(bound),
    eventTypes: eventTypes ?? onlyType,
  }));
  const allTypes = catalogue.eventTypes?.allEventTypes ?? onlyType;
  const typePredicates = predicates.all.filter(({ verdictForType }) => verdictForType !== undefined);
  const typeCount = allTypes.reduce((highest, type) => Math.max(highest, type), 0) + 1;
  return createProgram(listCandidates(planned, typePredicates, nodes), rules.length, typeCount, tracker);
}

const untracked: ScopeTracker<never> = {
  scopeOf: () => undefined,
  ancestryVersion: () => 0,
  descriptorOf: () => undefined,
};
