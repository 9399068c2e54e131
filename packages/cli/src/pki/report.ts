import type { Check, Outcome } from '@seawall/pki';
import { renderTable } from '../terminal/table.ts';
import type { OutputStream } from '../terminal/terminal.ts';

/** A table of checks: what was asked about what, how it went, and what was found. */
export function renderChecks(checks: readonly Check[], { palette }: OutputStream): string {
  const paint: Record<Outcome, (text: string) => string> = {
    pass: palette.good,
    warn: palette.warning,
    fail: palette.bad,
    skip: palette.faint,
  };
  const rows = checks.map(({ subject, question, outcome, message }) => [
    { text: outcome.toUpperCase(), paint: paint[outcome] },
    subject,
    question,
    message,
  ]);
  return renderTable([{ title: 'RESULT' }, { title: 'ABOUT' }, { title: 'CHECK' }, { title: 'FOUND' }], rows);
}

/** `23 pass, 1 warn, 0 fail, 2 skip`. */
export function summarizeChecks(checks: readonly Check[]): string {
  const count = (wanted: Outcome) => checks.filter(({ outcome }) => outcome === wanted).length;
  return (['pass', 'warn', 'fail', 'skip'] as const).map((each) => `${count(each)} ${each}`).join(', ');
}
