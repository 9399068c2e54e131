import type { Diagnostic } from '@seawall/policies';
import type { CommandContext } from '../command-context.ts';
import { messagesText } from '../rules/message-text.ts';
import type { Palette } from '../terminal/color.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { harmless } from '../terminal/harmless.ts';
import type { LoadedPolicies } from './load.ts';

/** Diagnostics for people, one a line. Files come from anywhere, so their text must not steer the terminal. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], palette: Palette): string {
  return diagnostics
    .map(({ place, severity, message }) => {
      const paint = severity === 'error' ? palette.bad : palette.warning;
      const where = palette.strong(`${harmless(place.path)}:${place.line}:${place.column}:`);
      return `${where} ${paint(`${severity}:`)} ${harmless(message)}\n`;
    })
    .join('');
}

/** For commands that need a set that holds: says on standard error why there is none, and sets the exit code. */
export function reportBrokenSet(
  { terminal, setExitCode }: CommandContext,
  { ruleFiles, diagnostics }: LoadedPolicies,
): void {
  const { palette } = terminal.errors;
  terminal.errors.write(messagesText(ruleFiles, palette, ['error']));
  const told = diagnostics.filter(({ severity }) => severity === 'error');
  terminal.errors.write(diagnosticsText(told, palette));
  setExitCode(exitCodes.findings);
}
