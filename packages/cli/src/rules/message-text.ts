import {
  distinctMessages,
  type FileResult,
  type LintFinding,
  type LoadMessage,
  renderLintFinding,
  renderLoadMessage,
} from '@seawall/rules';
import type { Palette } from '../terminal/color.ts';
import { harmlessLines } from '../terminal/harmless.ts';

/** The messages of the files for people, each once, one after the other; nothing where there are none. */
export function messagesText(
  files: readonly FileResult[],
  palette: Palette,
  severities: readonly LoadMessage['severity'][] = ['error', 'warning'],
): string {
  return distinctMessages(files)
    .filter(({ severity }) => severities.includes(severity))
    .map((message) => `${paintHeadline(renderLoadMessage(message), message.severity, palette)}\n`)
    .join('');
}

/** What lints found, for people, one finding after the other; nothing where there are none. */
export function lintText(findings: readonly LintFinding[], palette: Palette): string {
  return findings
    .map((finding) => `${paintHeadline(renderLintFinding(finding), finding.severity, palette)}\n`)
    .join('');
}

/** Colours the first line of a message; rule files come from anywhere, so their text must not steer the terminal. */
function paintHeadline(
  text: string,
  severity: LoadMessage['severity'] | LintFinding['severity'],
  palette: Palette,
): string {
  const [first, ...rest] = harmlessLines(text).split('\n');
  const paint = { error: palette.bad, warning: palette.warning, note: palette.faint }[severity];
  const mark = `${severity}:`;
  const at = first.indexOf(mark);
  const headline = `${palette.strong(first.slice(0, at))}${paint(mark)}${first.slice(at + mark.length)}`;
  return [headline, ...rest].join('\n');
}
