import { countOf } from '../daemon/count-text.ts';
import type { Expectation, RuleCase } from './case-file.ts';

/** An alert as expectations look at it. */
export interface RaisedAlert {
  readonly rule: string;
  readonly priority: string;
  /** The rule's output with its fields filled in. */
  readonly output: string;
  /** What the fields show that the case's expectations name: `<NA>` without a value, as in outputs. */
  readonly fields: ReadonlyMap<string, string>;
}

/** The fields that a case's expectations name. */
export function expectedFields({ expect }: RuleCase): readonly string[] {
  if (typeof expect === 'string') return [];
  return [...new Set(expect.flatMap(({ fields = {} }) => Object.keys(fields)))];
}

/**
 * Holds alerts against what a case expects: each alert must be expected, and each expectation met.
 * @returns what is wrong, in words; empty where nothing is.
 */
export function findMismatches(
  { expect, rules }: Pick<RuleCase, 'expect' | 'rules'>,
  alerts: readonly RaisedAlert[],
): readonly string[] {
  if (expect === 'alert')
    return alerts.length > 0 ? [] : [`expected an alert of ${namesOf(rules)}, there is none`];
  const expectations = expect === 'none' ? [] : expect;
  const isOnly = rules?.length === 1 ? rules[0] : undefined;
  const mismatches: string[] = [];
  const matched = new Set<RaisedAlert>();
  for (const expectation of expectations) {
    const found = alerts.filter((alert) => meets(alert, expectation, isOnly));
    for (const alert of found) matched.add(alert);
    const { times } = expectation;
    if (found.length === 0 || (times !== undefined && found.length !== times)) {
      const wanted = times === undefined ? 'an alert' : countOf(times, 'alert');
      mismatches.push(`expected ${wanted}: ${wordsOf(expectation, isOnly)}; there are ${found.length}`);
    }
  }
  for (const alert of alerts) {
    if (!matched.has(alert)) mismatches.push(`not expected: ${alert.rule}: ${alert.output}`);
  }
  return mismatches;
}

function namesOf(rules: readonly string[] | undefined): string {
  return rules === undefined ? 'any rule' : rules.join(' or ');
}

function meets(alert: RaisedAlert, expectation: Expectation, isOnly: string | undefined): boolean {
  const { rule = isOnly, priority, output, fields = {} } = expectation;
  if (rule !== undefined && alert.rule !== rule) return false;
  if (priority !== undefined && alert.priority.toLowerCase() !== priority.toLowerCase()) return false;
  if (output !== undefined && !alert.output.includes(output)) return false;
  return Object.entries(fields).every(([name, value]) => alert.fields.get(name) === String(value));
}

function wordsOf({ rule, priority, output, fields }: Expectation, isOnly: string | undefined): string {
  const shown = Object.entries(fields ?? {}).map(([name, value]) => `${name}=${value}`);
  return [rule ?? isOnly ?? 'any rule', priority, output && `"${output}"`, ...shown]
    .filter(Boolean)
    .join(', ');
}
