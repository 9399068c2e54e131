import { countOf } from '../number-text.ts';
import type { Palette } from '../terminal/color.ts';
import { harmless } from '../terminal/harmless.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import type { RuleReport, Share, TestReport } from './test-report.ts';

const COLUMNS: readonly Column[] = [
  { title: 'CASES', align: 'right' },
  { title: 'ALERTING', align: 'right' },
  { title: 'PARTS', align: 'right' },
  { title: 'TRIED', align: 'right' },
  { title: 'RULE' },
];

/** Rows of a part that never came out otherwise. */
const MOST_SHOWN = 200;

/** A test report for people: what failed, what was tried of each rule, the sum. */
export function testText(report: TestReport, showsParts: boolean, palette: Palette): string {
  const { bad, good, strong } = palette;
  const lines: string[] = [];
  for (const { name, file, line, mismatches } of report.cases) {
    if (mismatches.length === 0) continue;
    lines.push(`${bad('FAILED')} ${strong(harmless(`${file}:${line}`))}: ${harmless(name)}\n`);
    for (const mismatch of mismatches) lines.push(`  ${harmless(mismatch)}\n`);
  }
  if (report.rules.length > 0) lines.push(renderTable(COLUMNS, report.rules.map(ruleRow)));
  if (showsParts)
    lines.push(...report.rules.flatMap((rule) => untriedText(rule, palette)).slice(0, MOST_SHOWN));
  for (const { rule, mutant } of report.mutants?.survivors ?? []) {
    lines.push(`${palette.warning('not noticed')} ${harmless(`${rule}: ${mutant}`)}\n`);
  }
  const { passed, failed, coverage, mutants } = report;
  const verdict = `${countOf(passed + failed, 'case')}: ${passed} passed, ${failed} failed`;
  const tried = `${shareText(coverage)} parts of conditions held and failed`;
  const noticed = mutants === undefined ? '' : `; ${shareText(mutants)} mutants noticed`;
  lines.push(`${(failed > 0 ? bad : good)(verdict)}; ${tried}${noticed}\n`);
  return lines.join('');
}

function ruleRow({ cases, alertingCases, coverage, rule }: RuleReport): readonly string[] {
  return [String(cases), String(alertingCases), String(coverage.all), `${coverage.percent}%`, rule];
}

function untriedText({ rule, parts }: RuleReport, { faint, warning }: Palette): readonly string[] {
  return parts
    .filter(({ held, failed }) => held === 0 || failed === 0)
    .map(({ part, macro, place, held, failed }) => {
      const what = held + failed === 0 ? 'never asked' : held === 0 ? 'never held' : 'never failed';
      const from = macro === undefined ? '' : ` (macro ${macro})`;
      return `${warning(what)} ${harmless(`${rule}: ${part}${from}`)} ${faint(harmless(place))}\n`;
    });
}

function shareText({ done, all, percent }: Share): string {
  return `${done} of ${all} (${percent}%)`;
}
