import { type BoundCondition, interpret, type Rule } from '@seawall/rules';
import type { RuleCase } from './case-file.ts';
import { findMismatches, type RaisedAlert } from './expectations.ts';
import { type Mutant, mutantsOf } from './mutants.ts';

/** The mutants of one rule, tried by the cases about it. */
export interface Trials {
  /** Asks all mutants about an event of the current case. */
  observe(context: unknown, alert: () => RaisedAlert): void;
  /** Judges what each mutant would have raised in the case that ends here. */
  endCase(ruleCase: RuleCase): void;
  readonly mutants: readonly Mutant<unknown>[];
  /** Those that no case noticed so far. */
  survivors(): readonly Mutant<unknown>[];
}

/** Makes a rule's mutants ready. A mutant that a case noticed is not asked any more. */
export function createTrials({ bound, name }: Rule): Trials {
  const mutants = mutantsOf(bound as BoundCondition<unknown>);
  const trials = mutants.map((mutant) => ({
    mutant,
    holds: interpret(mutant.condition),
    raised: [] as RaisedAlert[],
    isNoticed: false,
  }));
  return {
    mutants,
    observe(context, alert) {
      let made: RaisedAlert | undefined;
      for (const trial of trials) {
        if (trial.isNoticed || !trial.holds(context)) continue;
        made ??= alert();
        trial.raised.push(made);
      }
    },
    endCase(ruleCase) {
      const own = onlyAbout(ruleCase, name);
      for (const trial of trials) {
        if (trial.isNoticed) continue;
        trial.isNoticed = own !== undefined && findMismatches(own, trial.raised).length > 0;
        trial.raised = [];
      }
    },
    survivors: () => trials.filter(({ isNoticed }) => !isNoticed).map(({ mutant }) => mutant),
  };
}

/** What a case says of one rule; undefined where it doesn't say which of its rules is to alert. */
function onlyAbout(
  { expect, rules }: RuleCase,
  name: string,
): Pick<RuleCase, 'expect' | 'rules'> | undefined {
  if (rules?.length === 1 || expect === 'none') return { expect, rules: [name] };
  if (expect === 'alert') return undefined;
  return { expect: expect.filter(({ rule }) => rule === name), rules: [name] };
}
