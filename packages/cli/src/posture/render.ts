import type { Assessment, Change, FixPlan, Report, ReportedResult, Severity, Status } from '@seawall/posture';
import { type PaintedText, renderTable } from '../terminal/table.ts';
import type { OutputStream } from '../terminal/terminal.ts';

interface Shape {
  readonly isWide: boolean;
  readonly isAll: boolean;
}

const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/** A report for people: what was found, the table of results (the worst first), one line of sums. */
export function renderReport(
  report: Report,
  assessment: Assessment,
  shape: Shape,
  output: OutputStream,
): string {
  const { palette } = output;
  const shown = report.results.filter(
    ({ status }) => shape.isAll || status === 'FAIL' || status === 'UNKNOWN',
  );
  const sorted = shape.isAll ? shown : shown.toSorted(compareResults);
  const columns = [
    'STATUS',
    'SEVERITY',
    'CIS',
    'CHECK',
    ...(shape.isWide ? ['INSTANCE', 'WHY', 'ORIGIN'] : ['WHAT']),
  ];
  const rows = sorted.map((result) => [
    statusCell(result, output),
    result.severity,
    result.cis ?? '',
    result.check,
    ...(shape.isWide
      ? [result.instance, result.reason, result.evidence.map(({ origin }) => origin).join('; ')]
      : [result.reason]),
  ]);
  const head = report.instances.map(({ label, version, notes }) =>
    [
      `${palette.strong(label)}${version === null ? '' : ` ${version}`}`,
      ...notes.map((note) => `  ${palette.warning(note)}`),
    ].join('\n'),
  );
  const gaps = report.gaps.map((gap) => palette.warning(`not looked into: ${gap}`));
  const stale = assessment.staleExceptions.map(({ check, owner, expires }) =>
    palette.warning(`the exception for ${check} (${owner}, until ${expires}) covers nothing`),
  );
  const found = head.length === 0 ? ['no Kubernetes component was found here'] : head;
  const table =
    rows.length === 0
      ? 'nothing fails\n'
      : renderTable(
          columns.map((title) => ({ title })),
          rows,
        );
  return `${[...found, ...gaps, ...stale].join('\n')}\n\n${table}\n${renderSummary(report, output)}\n`;
}

function renderSummary({ summary, benchmark }: Report, { palette }: OutputStream): string {
  const count = (name: string) => summary[name] ?? 0;
  const accepted = count('ACCEPTED') === 0 ? '' : `, ${count('ACCEPTED')} accepted`;
  const failed = `${count('FAIL')} failed`;
  return [
    count('FAIL') === 0 ? palette.good(failed) : palette.bad(failed),
    `${accepted}, ${count('UNKNOWN')} unknown, ${count('PASS')} passed, ${count('NOT APPLICABLE')} not applicable`,
    palette.faint(` (${benchmark})`),
  ].join('');
}

function compareResults(left: ReportedResult, right: ReportedResult): number {
  const rank = (result: ReportedResult) =>
    (result.accepted !== null ? 20 : result.status === 'FAIL' ? 0 : 10) + SEVERITIES.indexOf(result.severity);
  return rank(left) - rank(right);
}

function statusCell({ status, accepted }: ReportedResult, { palette }: OutputStream): PaintedText {
  if (accepted !== null) return { text: `ACCEPTED until ${accepted.expires}`, paint: palette.faint };
  const paint: Readonly<Record<Status, (text: string) => string>> = {
    PASS: palette.good,
    FAIL: palette.bad,
    UNKNOWN: palette.warning,
    'NOT APPLICABLE': palette.faint,
  };
  return { text: status, paint: paint[status] };
}

/** The planned changes for people: diffs, commands, and what is left to do by hand. */
export function renderFixes(plan: FixPlan, { palette }: OutputStream): string {
  const paintLine = (line: string): string => {
    if (line.startsWith('+')) return palette.good(line);
    return line.startsWith('-') ? palette.bad(line) : line;
  };
  const sections = [
    ...plan.files.map(({ diff }) => diff.split('\n').map(paintLine).join('\n')),
    ...(plan.commands.length === 0 ? [] : [`${plan.commands.join('\n')}\n`]),
    ...(plan.advice.length === 0
      ? []
      : [`By hand:\n${plan.advice.map(({ check, text }) => `  ${check}: ${text}`).join('\n')}\n`]),
  ];
  return sections.length === 0 ? '' : `\n${sections.join('\n')}`;
}

/** What changed since a baseline. */
export function renderChanges(changes: readonly Change[], output: OutputStream): string {
  if (changes.length === 0) return 'nothing changed\n';
  const columns = ['BEFORE', 'NOW', 'CIS', 'CHECK', 'INSTANCE', 'WHAT'].map((title) => ({ title }));
  return renderTable(
    columns,
    changes.map(({ result, before }) => [
      before ?? '(new)',
      statusCell(result, output),
      result.cis ?? '',
      result.check,
      result.instance,
      result.reason,
    ]),
  );
}
