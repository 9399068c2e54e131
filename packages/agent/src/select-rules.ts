/** One step of choosing which of the loaded rules run; later steps overrule earlier ones. */
export interface SelectionStep {
  readonly operation: 'enable' | 'disable';
  /** By name, in which `*` stands for any text; or by a tag that the rule has. */
  readonly by: 'rule' | 'tag';
  readonly pattern: string;
}

interface SelectableRule {
  readonly name: string;
  readonly tags: readonly string[];
  readonly isEnabled: boolean;
}

/**
 * Applies the steps to what the rule files say.
 * @returns the rules that run, in the order given.
 */
export function selectRules<Rule extends SelectableRule>(
  rules: readonly Rule[],
  steps: readonly SelectionStep[],
): readonly Rule[] {
  return rules.filter((rule) => {
    const last = steps.findLast((step) => isMeantBy(step, rule));
    return last === undefined ? rule.isEnabled : last.operation === 'enable';
  });
}

function isMeantBy({ by, pattern }: SelectionStep, { name, tags }: SelectableRule): boolean {
  return by === 'tag' ? tags.includes(pattern) : matchesWildcard(pattern, name);
}

/** `*` stands for any text, everything else for itself. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const [start, ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  const end = rest.pop() as string;
  if (!text.startsWith(start) || text.length < start.length + end.length || !text.endsWith(end)) return false;
  let from = start.length;
  const until = text.length - end.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1 || at + part.length > until) return false;
    from = at + part.length;
  }
  return true;
}
