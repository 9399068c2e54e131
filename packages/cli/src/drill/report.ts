import type { DrillReport, HeardAlert, StepReport } from '@seawall/agent/drills';
import { textFromBytes } from '@seawall/rules';
import { jsonText } from '../json-text.ts';
import { countOf } from '../number-text.ts';
import { escapeXml } from '../rules/test-junit.ts';
import type { Palette } from '../terminal/color.ts';
import { type Column, renderTable } from '../terminal/table.ts';

/** Whether everything that could be played was raised, and nothing while nothing was played. */
export function isPassed({ steps, before, after }: DrillReport): boolean {
  const played = steps.filter(({ outcome }) => outcome !== 'skipped');
  return (
    played.length > 0 &&
    played.every(({ outcome }) => outcome === 'raised') &&
    before.length + after.length === 0
  );
}

const columns = [
  { title: 'STEP' },
  { title: 'OUTCOME' },
  { title: 'AFTER', align: 'right' },
  { title: 'ACTED' },
] as const;

function columnsOf(hasPolicies: boolean): readonly Column[] {
  return [...columns, ...(hasPolicies ? [{ title: 'POLICIES' }] : []), { title: 'RULES' }];
}

/** `etcd-processes (enforce: kill), everything (shadow)`. */
function policiesText({ outcome, policies }: StepReport): string {
  if (outcome !== 'raised') return '';
  const told = policies.map(({ policy, mode, isDryRun, actions }) => {
    const does = actions.length === 0 ? mode : `${mode}: ${actions.join(', ')}`;
    return `${policy} (${does}${isDryRun ? ', dry run' : ''})`;
  });
  return told.join(', ') || 'none';
}

/** @param hasPolicies whether the drill was given policies, so that it says what they would do. */
export function reportText(report: DrillReport, palette: Palette, hasPolicies = false): string {
  const rows = report.steps.map((step) => [
    step.step.name,
    { text: step.outcome, paint: paintOf(step, palette) },
    step.latencyMilliseconds === undefined ? '' : `${Math.round(step.latencyMilliseconds)} ms`,
    step.acted,
    ...(hasPolicies ? [policiesText(step)] : []),
    step.reason === '' ? step.rules.join(', ') : step.reason,
  ]);
  const { before, after } = report;
  const noise = [...before, ...after].map(
    ({ alert }) => `not of the drill: ${textFromBytes(alert.message)}\n`,
  );
  return `${renderTable(columnsOf(hasPolicies), rows)}${noise.join('')}${summaryOf(report)}\n`;
}

function paintOf({ outcome }: StepReport, { good, bad, faint }: Palette): (text: string) => string {
  if (outcome === 'raised') return good;
  return outcome === 'missed' ? bad : faint;
}

function summaryOf({ steps, before, after }: DrillReport): string {
  const of = (wanted: StepReport['outcome']): number =>
    steps.filter(({ outcome }) => outcome === wanted).length;
  const noise = `${countOf(before.length, 'alert')} before, ${after.length} after`;
  return `${of('raised')} raised, ${of('missed')} missed, ${of('skipped')} skipped; ${noise}`;
}

export function reportJson(report: DrillReport): string {
  const alertOf = ({ alert }: HeardAlert) => ({
    rule: alert.rule,
    time: alert.timestamp,
    output: textFromBytes(alert.message),
  });
  return jsonText({
    passed: isPassed(report),
    container: report.container,
    steps: report.steps.map(({ step, ...rest }) => ({ step: step.name, title: step.title, ...rest })),
    before: report.before.map(alertOf),
    after: report.after.map(alertOf),
  });
}

/** The report as JUnit XML: a test for each step, and one for the quiet around them. */
export function reportJunit(report: DrillReport): string {
  const { steps, before, after } = report;
  const noise = [...before, ...after].map(({ alert }) => textFromBytes(alert.message));
  const failures = steps.filter(({ outcome }) => outcome === 'missed').length + (noise.length > 0 ? 1 : 0);
  const skipped = steps.filter(({ outcome }) => outcome === 'skipped').length;
  const counts = `tests="${steps.length + 1}" failures="${failures}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="seawall drill" ${counts}>`,
    `  <testsuite name="${escapeXml(report.container)}" ${counts} skipped="${skipped}" time="0">`,
    ...steps.map(stepXml),
    caseXml(
      'quiet before and after',
      0,
      noise.length === 0 ? '' : failureXml('raised while nothing was played', noise.join('\n')),
    ),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function stepXml({ step, outcome, latencyMilliseconds = 0, reason }: StepReport): string {
  if (outcome === 'skipped') return caseXml(step.name, 0, `<skipped message="${escapeXml(reason)}"/>`);
  const failure = outcome === 'missed' ? failureXml('no rule raised it', step.title) : '';
  return caseXml(step.name, latencyMilliseconds / 1000, failure);
}

function caseXml(name: string, seconds: number, content: string): string {
  const head = `    <testcase name="${escapeXml(name)}" classname="seawall.drill" time="${seconds.toFixed(3)}"`;
  return content === '' ? `${head}/>` : `${head}>${content}</testcase>`;
}

function failureXml(message: string, text: string): string {
  return `<failure message="${escapeXml(message)}" type="drill">${escapeXml(text)}</failure>`;
}
