import { isReportedFailure, type Report, type ReportedResult } from './report.ts';

/** The report as JUnit XML (the schema of Jenkins' xUnit plugin): a suite an instance, a case a check. UNKNOWN is skipped. */
export function toJunit(report: Report): string {
  const instances = [...new Set(report.results.map(({ instance }) => instance))];
  const suites = instances.map((instance) =>
    toSuite(
      instance,
      report,
      report.results.filter((result) => result.instance === instance),
    ),
  );
  const totals = countCases(report.results);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="seawall posture" ${totals}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function isSkipped({ status, accepted }: ReportedResult): boolean {
  return status === 'UNKNOWN' || status === 'NOT APPLICABLE' || accepted !== null;
}

function countCases(results: readonly ReportedResult[]): string {
  const failures = results.filter(isReportedFailure).length;
  return `tests="${results.length}" failures="${failures}" errors="0"`;
}

function toSuite(instance: string, report: Report, results: readonly ReportedResult[]): string {
  const skipped = results.filter(isSkipped).length;
  const time = report.time.slice(0, 19);
  const attributes = `name="${escapeXml(instance)}" ${countCases(results)} skipped="${skipped}" time="0" timestamp="${time}" hostname="${escapeXml(report.node)}"`;
  return [`  <testsuite ${attributes}>`, ...results.map(toCase), '  </testsuite>'].join('\n');
}

function toCase(result: ReportedResult): string {
  const number = result.cis === null ? '' : `${result.cis} `;
  const attributes = `name="${escapeXml(number + result.title)}" classname="${escapeXml(result.check)}" time="0"`;
  if (isReportedFailure(result)) {
    const body = [
      ...result.evidence.map(({ what, value, origin }) => `${what} = ${value} (${origin})`),
      ...result.fix.map((step) => `fix: ${step}`),
    ].join('\n');
    return `    <testcase ${attributes}>\n      <failure message="${escapeXml(result.reason)}" type="${result.severity}">${escapeXml(body)}</failure>\n    </testcase>`;
  }
  if (isSkipped(result)) {
    const accepted = result.accepted;
    const reason =
      accepted === null
        ? `${result.status}: ${result.reason}`
        : `accepted by ${accepted.owner}: ${accepted.reason}`;
    return `    <testcase ${attributes}>\n      <skipped message="${escapeXml(reason)}"/>\n    </testcase>`;
  }
  return `    <testcase ${attributes}/>`;
}

/** Escapes what XML reserves, and replaces what XML 1.0 cannot hold at all. */
function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter]!);
}
