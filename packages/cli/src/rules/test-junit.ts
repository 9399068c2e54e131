import type { CaseReport, TestReport } from './test-report.ts';

/** A test report as JUnit XML: a suite for each case file, in the schema of Jenkins' xUnit plugin. */
export function testJunit({ cases }: TestReport): string {
  const suites = [...Map.groupBy(cases, ({ file }) => file)].map(([file, own]) => suiteText(file, own));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="seawall rules test" ${countsOf(cases)}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function countsOf(cases: readonly CaseReport[]): string {
  const failures = cases.filter(({ mismatches }) => mismatches.length > 0).length;
  return `tests="${cases.length}" failures="${failures}" errors="0"`;
}

function suiteText(file: string, cases: readonly CaseReport[]): string {
  const head = `  <testsuite name="${escapeXml(file)}" ${countsOf(cases)} skipped="0" time="0">`;
  return [head, ...cases.map(caseText), '  </testsuite>'].join('\n');
}

function caseText({ name, file, line, mismatches }: CaseReport): string {
  const attributes = `name="${escapeXml(name)}" classname="${escapeXml(`${file}:${line}`)}" time="0"`;
  const [first] = mismatches;
  if (first === undefined) return `    <testcase ${attributes}/>`;
  const body = escapeXml(mismatches.join('\n'));
  return `    <testcase ${attributes}>\n      <failure message="${escapeXml(first)}" type="alerts">${body}</failure>\n    </testcase>`;
}

/** Escapes what XML reserves, and replaces what XML 1.0 cannot hold at all. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter]!);
}
