import type { CaseResult } from '@seawall/agent/cases';
import { canonicalText, locateNode, macroOf, type Rule, type RuleSet } from '@seawall/rules';
import type { TestRun } from './test.ts';

/** What `seawall rules test --output json` prints. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
  readonly cases: readonly CaseReport[];
  /** Parts of conditions that held at least once and failed at least once. */
  readonly coverage: Share;
  readonly rules: readonly RuleReport[];
  readonly mutants?: Share & { readonly survivors: readonly SurvivorReport[] };
}

export interface Share {
  readonly all: number;
  readonly done: number;
  /** 0 to 100; 100 of nothing. */
  readonly percent: number;
}

export interface CaseReport {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly alerts: number;
  /** Empty: it passed. */
  readonly mismatches: readonly string[];
}

export interface RuleReport {
  readonly rule: string;
  readonly cases: number;
  readonly alertingCases: number;
  readonly parts: readonly PartReport[];
  readonly coverage: Share;
}

export interface PartReport {
  readonly part: string;
  readonly macro?: string;
  /** `FILE:LINE:COLUMN` */
  readonly place: string;
  readonly held: number;
  readonly failed: number;
}

export interface SurvivorReport {
  readonly rule: string;
  readonly mutant: string;
}

export function testReport({ results, coverage, mutants, seconds }: TestRun): TestReport {
  const failed = results.filter(({ mismatches }) => mismatches.length > 0).length;
  const rules = coverage.flatMap(({ ruleSet, rules: covered }) =>
    covered.map(({ rule, cases, alertingCases, checks }): RuleReport => {
      const parts = checks.map(({ check, held, failed: missed }) =>
        partReport(ruleSet, rule, check.node, held, missed),
      );
      const tried = parts.filter(({ held, failed: missed }) => held > 0 && missed > 0).length;
      return { rule: rule.name, cases, alertingCases, parts, coverage: shareOf(tried, parts.length) };
    }),
  );
  const all = rules.reduce((sum, rule) => sum + rule.coverage.all, 0);
  const done = rules.reduce((sum, rule) => sum + rule.coverage.done, 0);
  return {
    passed: results.length - failed,
    failed,
    seconds,
    cases: results.map(caseReport),
    coverage: shareOf(done, all),
    rules,
    ...(mutants !== undefined && { mutants: mutantReport(mutants) }),
  };
}

/** Whether as much was done as asked for. */
export function isFullyCovered(share: Share, minimum: number | undefined): boolean {
  return minimum === undefined || share.percent >= minimum;
}

function mutantReport(mutants: NonNullable<TestRun['mutants']>): NonNullable<TestReport['mutants']> {
  const all = [...mutants.values()].reduce((sum, count) => sum + count.all, 0);
  const survivors = [...mutants].flatMap(([rule, count]) =>
    count.survivors.map((mutant): SurvivorReport => ({ rule, mutant })),
  );
  return { ...shareOf(all - survivors.length, all), survivors };
}

function shareOf(done: number, all: number): Share {
  return { all, done, percent: all === 0 ? 100 : Math.floor((done / all) * 1000) / 10 };
}

function caseReport({ case: { name, file, line }, mismatches, alertCount }: CaseResult): CaseReport {
  return { name, file, line, alerts: alertCount, mismatches };
}

function partReport(
  ruleSet: RuleSet,
  rule: Rule,
  node: Parameters<typeof locateNode>[2],
  held: number,
  failed: number,
): PartReport {
  const macro = macroOf(ruleSet, rule, node);
  const place = locateNode(ruleSet, rule, node);
  return {
    part: canonicalText(node),
    ...(macro !== undefined && { macro }),
    place: place === undefined ? '' : `${place.file}:${place.line}:${place.column}`,
    held,
    failed,
  };
}
