import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import { sourcePlaceOf } from '../load/context.ts';
import { renderSourceLine } from '../load/message.ts';
import { locateNode, macroOf, type Rule, type RuleSet } from '../rule-set.ts';
import { alwaysTrue } from './always-true.ts';
import { argumentIndex } from './argument-index.ts';
import { connectionEnd } from './connection-end.ts';
import { contradictoryLists } from './contradictory-lists.ts';
import type { Lint, LintFinding, LintReport } from './finding.ts';
import { neverTrue } from './never-true.ts';
import { prefixBoundary } from './prefix-boundary.ts';
import { repeatedRepetition } from './repeated-repetition.ts';
import { shadowedRule } from './shadowed-rule.ts';
import { unreadableList } from './unreadable-list.ts';

/** All lints, in the order in which they report. */
export const lints: readonly Lint[] = [
  neverTrue,
  alwaysTrue,
  shadowedRule,
  contradictoryLists,
  unreadableList,
  argumentIndex,
  prefixBoundary,
  repeatedRepetition,
  connectionEnd,
];

export interface LintOptions {
  /** Ids of lints to leave out. */
  readonly without?: readonly string[];
}

/** Looks at every rule of a set for what hardly can be meant. */
export function lintRuleSet(
  ruleSet: RuleSet,
  catalogues: readonly FieldCatalogue<never>[],
  options: LintOptions = {},
): readonly LintFinding[] {
  const chosen = lints.filter(({ id }) => !options.without?.includes(id));
  const findings = ruleSet.rules.flatMap((rule) => {
    const catalogue = catalogues.find(({ source }) => source === rule.source) as FieldCatalogue | undefined;
    if (catalogue === undefined) return [];
    return chosen.flatMap((lint) =>
      lint.check({ rule, ruleSet, catalogue }).map((report) => createFinding(lint, report, rule, ruleSet)),
    );
  });
  return withoutRepetition(findings);
}

/** What stands in a macro is found in every rule that uses it, and told for the first. */
function withoutRepetition(findings: readonly LintFinding[]): readonly LintFinding[] {
  const told = new Set<string>();
  return findings.filter(({ lint, macro, message, place }) => {
    if (macro === undefined) return true;
    const key = JSON.stringify([lint, message, place.file, place.line, place.column]);
    if (told.has(key)) return false;
    told.add(key);
    return true;
  });
}

function createFinding(lint: Lint, report: LintReport, rule: Rule, ruleSet: RuleSet): LintFinding {
  const { node, details, hint } = report;
  const located = node === undefined ? undefined : locateNode(ruleSet, rule, node);
  return {
    lint: lint.id,
    severity: lint.severity,
    messageId: report.message,
    rule: rule.name,
    macro: node === undefined ? undefined : macroOf(ruleSet, rule, node),
    message: lint.messages[report.message]!.replace(/\{(\w+)\}/g, (_, name: string) => details[name] ?? ''),
    hint,
    place: located ?? sourcePlaceOf(rule.definition.conditionContext, ruleSet.files),
  };
}

/** A finding for people: where, what, the line with a marker, what to write instead. */
export function renderLintFinding(finding: LintFinding): string {
  const { place, severity, message, rule, macro, lint, hint } = finding;
  const within = macro === undefined ? `in rule '${rule}'` : `in macro '${macro}' of rule '${rule}'`;
  return [
    `${place.file}:${place.line}:${place.column}: ${severity}: ${message} (${within}) [${lint}]`,
    ...renderSourceLine(place),
    `  = ${hint}`,
  ].join('\n');
}
