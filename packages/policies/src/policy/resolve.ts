import { nearestName } from '@seawall/rules';
import type { EnforcementCheck } from '../action/wanted.ts';
import type { RuleFacts, RuleSetObject } from '../rule-set/rule-set.ts';
import { rulePathsOf } from '../rule-set/sources.ts';
import { createPattern, hasWildcard } from '../scope/pattern.ts';
import { createScopeTest } from '../scope/verdict.ts';
import type { Diagnostic, Place, RuleSelector, RuntimePolicy } from './policy.ts';
import type { Matching, PolicySet, ResolvedPolicy } from './policy-set.ts';

/** What policies are resolved against. */
export interface Surroundings {
  readonly ruleSets: readonly RuleSetObject[];
  /** All rules that are loaded (`ruleFactsOf`). */
  readonly rules: readonly RuleFacts[];
  /** The channels that there are, by name. */
  readonly channels: readonly string[];
  /** Asked about every `deny` of policies that enforce; by default nothing can be enforced. */
  readonly canEnforce?: EnforcementCheck;
  /** Whether only the first policy that a match concerns counts; by default all do. */
  readonly matching?: Matching;
}

export interface ResolvedPolicies {
  /** Undefined where there is an error: the set that runs then stays. */
  readonly set: PolicySet | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

const nothingEnforced: EnforcementCheck = () => 'there is no probe here that could';

/**
 * Finds what policies name: rules, rule sets, channels, and what the node can enforce. What isn't there is an error where
 * its name is written out, and a warning where a pattern finds nothing.
 */
export function resolvePolicySet(
  policies: readonly RuntimePolicy[],
  surroundings: Surroundings,
): ResolvedPolicies {
  const diagnostics: Diagnostic[] = [];
  const { ruleSets, matching = 'all' } = surroundings;
  const rulesBySet = new Map<string, readonly RuleFacts[]>();
  // Rule sets can select rules of other sets; one that leads back to itself adds nothing.
  const rulesOfSet = (name: string): readonly RuleFacts[] => {
    const known = rulesBySet.get(name);
    if (known !== undefined) return known;
    rulesBySet.set(name, []);
    const ruleSet = ruleSets.find((each) => each.name === name)!;
    const files = [...rulePathsOf(ruleSet), ...(ruleSet.content === undefined ? [] : [ruleSet.content.name])];
    const own = surroundings.rules.filter(({ file }) => files.includes(file));
    const selected = ruleSet.select.flatMap((selector) => select(selector));
    const rules = [...new Set([...own, ...selected])];
    rulesBySet.set(name, rules);
    if (rules.length === 0) {
      diagnostics.push({
        severity: 'warning',
        place: ruleSet.place,
        message: `the rule set ${name} holds no rule`,
      });
    }
    return rules;
  };
  const select = (selector: RuleSelector): readonly RuleFacts[] => {
    const { by, pattern, place } = selector;
    const candidates = candidatesFor(by, surroundings);
    const test = createPattern(pattern);
    const found = candidates.filter(({ names }) => names.some(test));
    if (found.length === 0)
      diagnostics.push(
        missing(
          describe[by],
          pattern,
          candidates.flatMap(({ names }) => names),
          place,
        ),
      );
    return by === 'ruleSet'
      ? found.flatMap(({ names }) => rulesOfSet(names[0]!))
      : found.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  };
  for (const { name } of ruleSets) rulesOfSet(name);

  const resolved = policies
    .filter(({ isEnabled }) => isEnabled)
    .map((policy, order): ResolvedPolicy => {
      const rules = policy.rules.flatMap(select);
      diagnostics.push(...ruleProblems(policy, rules));
      const refusals = findRefusals(policy, surroundings.canEnforce ?? nothingEnforced);
      diagnostics.push(...refusals);
      return {
        ...policy,
        order,
        scopeTest: createScopeTest(policy.scope),
        ruleFacts: new Map(rules.filter(({ isEnabled }) => isEnabled).map((rule) => [rule.name, rule])),
        channelNames: resolveChannels(policy, surroundings.channels, diagnostics),
      };
    });
  const isBroken = diagnostics.some(({ severity }) => severity === 'error');
  return { set: isBroken ? undefined : createPolicySet(resolved, matching), diagnostics };
}

function createPolicySet(policies: readonly ResolvedPolicy[], matching: Matching): PolicySet {
  const policiesByRule = new Map<string, ResolvedPolicy[]>();
  for (const policy of policies) {
    for (const rule of policy.ruleFacts.keys()) {
      const others = policiesByRule.get(rule);
      if (others === undefined) policiesByRule.set(rule, [policy]);
      else others.push(policy);
    }
  }
  return { policies, matching, policiesByRule, ruleNames: new Set(policiesByRule.keys()) };
}

const describe = {
  name: 'rule',
  tag: 'rule with the tag',
  file: 'rule in a file',
  ruleSet: 'RuleSet',
} as const;

interface Candidate {
  readonly names: readonly string[];
  readonly rule: RuleFacts | undefined;
}

function candidatesFor(by: RuleSelector['by'], { rules, ruleSets }: Surroundings): readonly Candidate[] {
  switch (by) {
    case 'name':
      return rules.map((rule) => ({ names: [rule.name], rule }));
    case 'tag':
      return rules.map((rule) => ({ names: rule.tags, rule }));
    case 'file':
      return rules.map((rule) => ({ names: endsOf(rule.file), rule }));
    case 'ruleSet':
      return ruleSets.map(({ name }) => ({ names: [name], rule: undefined }));
  }
}

/** A path and what is left of it without its first folders: `rules/etcd.yaml` is also called `etcd.yaml`. */
function endsOf(path: string): readonly string[] {
  const steps = path.split('/');
  return [...new Set([path, ...steps.map((_, index) => steps.slice(index).join('/'))])].filter(
    (end) => end !== '',
  );
}

function missing(what: string, pattern: string, names: readonly string[], place: Place): Diagnostic {
  if (hasWildcard(pattern)) {
    return {
      severity: 'warning',
      place,
      message: `no ${what} ${pattern} is there: the pattern finds nothing`,
    };
  }
  const nearest = nearestName(pattern, new Set(names));
  const hint = nearest === undefined ? '' : `: is it ${nearest}?`;
  return { severity: 'error', place, message: `there is no ${what} ${pattern}${hint}` };
}

function ruleProblems(policy: RuntimePolicy, rules: readonly RuleFacts[]): Diagnostic[] {
  const disabled = rules.filter(({ isEnabled }) => !isEnabled);
  const enabled = rules.length - disabled.length;
  const { place } = policy;
  if (enabled > 0 || rules.length === 0) {
    // Asked for by its own name, a rule is surely wanted.
    return policy.rules.flatMap((selector): Diagnostic[] => {
      const rule = disabled.find(({ name }) => selector.by === 'name' && selector.pattern === name);
      if (rule === undefined) return [];
      const message = `the rule ${rule.name} is disabled in ${rule.file}, so it doesn’t run: enable it there`;
      return [{ severity: 'warning', place: selector.place, message }];
    });
  }
  const message = `the policy ${policy.name} runs nothing: ${disabled.length === 1 ? 'its only rule is disabled in its file' : `its ${disabled.length} rules are all disabled in their files`}`;
  return [{ severity: 'warning', place, message }];
}

function findRefusals(policy: RuntimePolicy, canEnforce: EnforcementCheck): Diagnostic[] {
  if (policy.mode !== 'enforce') return [];
  return policy.actions.flatMap((action): Diagnostic[] => {
    if (action.type !== 'deny') return [];
    const reason = canEnforce(action);
    if (reason === undefined) return [];
    const message = `this node can’t enforce what ${policy.name} denies: ${reason}`;
    return [{ severity: 'error', place: action.place, message }];
  });
}

function resolveChannels(
  policy: RuntimePolicy,
  known: readonly string[],
  diagnostics: Diagnostic[],
): readonly string[] {
  const found = policy.channels.flatMap(({ name, place }) => {
    const matching = known.filter(createPattern(name));
    if (matching.length === 0) diagnostics.push(missing('NotificationChannel', name, known, place));
    return matching;
  });
  return [...new Set(found)];
}
