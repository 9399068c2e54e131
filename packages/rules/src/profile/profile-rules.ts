import type { Clock } from '@seawall/base';
import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import { canonicalText } from '../condition/text.ts';
import type { Rule, RuleSet } from '../rule-set.ts';
import { listAdvice } from './advice.ts';
import { checksOf, costOf, createPart } from './part.ts';
import { describeTypes, type ProfiledRule } from './profiled-rule.ts';
import type { Costs, PredicateProfile, RuleProfile, RuleSetProfile } from './report.ts';
import { createStopwatch } from './stopwatch.ts';

/** Evaluates rules and measures each of them, and each comparison in them. */
export interface RuleProfiler<Context> {
  /** By event type: 1 where some rule can match an event of that type. */
  readonly wanted: Uint8Array;
  /** The rules that matched the last event: as many entries as `evaluate` said, in the order of the rules. */
  readonly matches: Int32Array;
  /** @returns how many rules match the event that the context is about. */
  evaluate(context: Context, eventType: number): number;
  /** What was measured so far. */
  report(): RuleSetProfile;
}

export interface ProfilerOptions<Context> {
  /** The set that the rules are of: advice names places in its files. */
  readonly ruleSet: RuleSet;
  readonly catalogue: FieldCatalogue<Context>;
  readonly clock: Clock;
  /** Numbers from 0 to 1, 1 excluded: they choose what is sampled. */
  random(): number;
}

const ONLY_TYPE: readonly number[] = [0];

/**
 * Measures rules as they are written: each for itself, its condition from left to right until the outcome is certain,
 * asked for every event of the types that it can match. That is how rules can be compared; a compiled program shares
 * what several of them ask.
 *
 * Everything is counted. Time is sampled: of each comparison the first 64 evaluations and then one in 64, drawn at
 * random, are repeated 16 times between two readings of the clock, whose own time is taken off. So a comparison's
 * cost is that of asking it with the event at hand. The slowest tenth of the samples is left out as interrupted.
 */
export function createRuleProfiler<Context>(
  rules: readonly Rule[],
  { ruleSet, catalogue, clock, random }: ProfilerOptions<Context>,
): RuleProfiler<Context> {
  const allTypes = catalogue.eventTypes?.allEventTypes ?? ONLY_TYPE;
  const typeCount = allTypes.reduce((highest, type) => Math.max(highest, type), 0) + 1;
  const tools = { stopwatch: createStopwatch(clock), catalogue: catalogue as FieldCatalogue<never>, random };
  const profiled = rules.map(
    (rule): ProfiledRule<Context> => ({
      rule,
      root: createPart(rule.bound as ProfiledRule<Context>['root']['condition'], tools),
      evaluatedByType: new Uint32Array(typeCount),
      heldByType: new Uint32Array(typeCount),
    }),
  );
  const rulesByType: number[][] = Array.from({ length: typeCount }, () => []);
  rules.forEach(({ eventTypes = ONLY_TYPE }, index) => {
    for (const type of eventTypes) rulesByType[type]!.push(index);
  });
  const wanted = Uint8Array.from(rulesByType, ({ length }) => (length > 0 ? 1 : 0));
  const matches = new Int32Array(rules.length);
  let evaluatedEvents = 0;
  return {
    wanted,
    matches,
    evaluate(context, eventType) {
      const candidates = rulesByType[eventType]!;
      if (candidates.length > 0) evaluatedEvents += 1;
      let count = 0;
      for (const index of candidates) {
        const { root, evaluatedByType, heldByType } = profiled[index]!;
        evaluatedByType[eventType]! += 1;
        if (!root.holds(context)) continue;
        heldByType[eventType]! += 1;
        matches[count] = index;
        count += 1;
      }
      return count;
    },
    report() {
      const cost = profiled.reduce((sum, { root }) => sum + costOf(root), 0);
      return {
        evaluatedEvents,
        cost,
        rules: profiled.map((rule) => describeRule(rule, catalogue, cost)).sort(byCost),
        predicates: describePredicates(profiled, cost),
        advice: listAdvice(profiled, ruleSet, catalogue, cost),
      };
    },
  };
}

function byCost(left: Costs, right: Costs): number {
  return right.cost - left.cost;
}

function describeCosts(evaluated: number, held: number, cost: number, total: number): Costs {
  return {
    evaluated,
    held,
    selectivity: evaluated === 0 ? undefined : held / evaluated,
    costEach: evaluated === 0 ? undefined : cost / evaluated,
    cost,
    share: total === 0 ? 0 : cost / total,
  };
}

function describeRule<Context>(
  profiled: ProfiledRule<Context>,
  catalogue: FieldCatalogue<Context>,
  total: number,
): RuleProfile {
  const { rule, root } = profiled;
  return {
    rule: rule.name,
    ...describeCosts(root.evaluated, root.held, costOf(root), total),
    eventTypeCount: rule.eventTypes?.length,
    eventTypes: describeTypes(profiled, catalogue),
    predicates: checksOf(root).map((check) => ({
      predicate: canonicalText(check.condition.node),
      rules: [rule.name],
      ...describeCosts(check.evaluated, check.held, costOf(check), total),
    })),
  };
}

function describePredicates<Context>(
  profiled: readonly ProfiledRule<Context>[],
  total: number,
): PredicateProfile[] {
  const byText = new Map<string, { rules: Set<string>; evaluated: number; held: number; cost: number }>();
  for (const { rule, root } of profiled) {
    for (const check of checksOf(root)) {
      const text = canonicalText(check.condition.node);
      const found = byText.get(text) ?? { rules: new Set(), evaluated: 0, held: 0, cost: 0 };
      byText.set(text, found);
      found.rules.add(rule.name);
      found.evaluated += check.evaluated;
      found.held += check.held;
      found.cost += costOf(check);
    }
  }
  return [...byText]
    .map(([predicate, { rules, evaluated, held, cost }]) => ({
      predicate,
      rules: [...rules],
      ...describeCosts(evaluated, held, cost, total),
    }))
    .sort(byCost);
}
