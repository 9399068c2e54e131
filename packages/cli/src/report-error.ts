import { isSeawallError, reasonOf } from '@seawall/base';
import { CommanderError } from 'commander';
import { type ExitCode, exitCodes } from './terminal/exit-code.ts';
import { harmlessLines } from './terminal/harmless.ts';
import type { Terminal } from './terminal/terminal.ts';

const USAGE_ERRORS = new Set([
  'cli/OPTION_MISSING',
  'cli/OPTION_INVALID',
  'cli/SETTING_UNKNOWN',
  'cli/SETTING_INVALID',
  'cli/FILTER_INVALID',
  'store/BAD_CURSOR',
  'cli/CHANNEL_UNKNOWN',
  'agent/CONFIGURATION_INVALID',
  'posture/NO_SUCH_CHECK',
  'posture/NO_SUCH_COMPONENT',
  'posture/BAD_TARGET',
  'posture/CERTIFICATE_WITHOUT_KEY',
]);

/** What a command was given to work with is wrong, not how it was called. */
const FINDINGS = new Set(['agent/SET_REFUSED', 'cli/CHANNELS_INVALID']);

/**
 * Tells the user what went wrong, in a sentence or two; with `SEAWALL_DEBUG=1` where in the code, and why, as well.
 * @returns the code to exit with.
 */
export function reportError(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
  const { errors: stream, environment } = terminal;
  const isExpected = isSeawallError(error);
  const message = reasonOf(error);
  const code = isExpected ? stream.palette.faint(` [${error.code}]`) : '';
  stream.write(`${stream.palette.bad('seawall:')} ${harmlessLines(message)}${code}\n`);
  if (environment.SEAWALL_DEBUG === '1') {
    stream.write(`${describe(error)}\n`);
  } else if (!isExpected) {
    stream.write(
      'This is a fault in Seawall. With SEAWALL_DEBUG=1 it shows where; please report it with that.\n',
    );
  }
  if (!isExpected) return exitCodes.bug;
  if (FINDINGS.has(error.code)) return exitCodes.findings;
  return USAGE_ERRORS.has(error.code) ? exitCodes.usage : exitCodes.failure;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
