import { deniedThings, type EnforcementCheck } from '@seawall/policies';
import { canEnforce, refusals } from '@seawall/probe';
import { falcoLoadResult } from '@seawall/rules';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { countOf } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { countMessages } from '../rules/load.ts';
import { messagesText } from '../rules/message-text.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { loadPolicies } from './load.ts';
import { diagnosticsText } from './messages.ts';
import { policyFilesArgument, rulesOption } from './options.ts';

interface Options {
  readonly rules: readonly string[];
  readonly failOnWarning: boolean;
  readonly here: boolean;
  readonly output: OutputFormat;
}

/** `seawall policies check`: loads policies and says what is wrong with them, where, and what to write instead. */
export function addCheckCommand(parent: Command, context: CommandContext): void {
  parent
    .command('check')
    .addArgument(policyFilesArgument())
    .description('say what is wrong with policies, where, and what to write instead')
    .addOption(rulesOption())
    .option('--fail-on-warning', 'exit with code 1 for warnings, too', false)
    .option('--here', 'say what this machine can’t enforce of what policies deny, too', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 the policies load; 1 they or their rules have errors (or, where asked for, warnings); 2 wrong usage; 3 a file could not be read, or there is no policy.',
    )
    .action((paths: readonly string[], options: Options) => checkPolicies(context, paths, options));
}

async function checkPolicies(
  { terminal, setExitCode }: CommandContext,
  paths: readonly string[],
  { rules, failOnWarning, here, output }: Options,
): Promise<void> {
  const loaded = await loadPolicies(paths, rules, terminal, here ? createCheckOfThisMachine() : undefined);
  const { policies, ruleSets, channels, diagnostics, ruleFiles, ruleCount } = loaded;
  const count = (severity: 'error' | 'warning'): number =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length +
    countMessages(ruleFiles, severity);
  const errorCount = count('error');
  const warningCount = count('warning');
  if (output === 'json') {
    terminal.output.write(
      jsonText({
        policies: policies.map(({ name }) => name),
        rule_sets: ruleSets.map(({ name }) => name),
        channels: channels.map(({ name }) => name),
        diagnostics: diagnostics.map(({ severity, place, message }) => ({ severity, ...place, message })),
        falco_load_results: ruleFiles.map(falcoLoadResult),
      }),
    );
  } else {
    const { palette } = terminal.output;
    terminal.output.write(messagesText(ruleFiles, palette) + diagnosticsText(diagnostics, palette));
    const paint = errorCount > 0 ? palette.bad : warningCount > 0 ? palette.warning : palette.good;
    const what = [
      countOf(policies.length, 'policy', 'policies'),
      countOf(ruleSets.length, 'rule set'),
      countOf(channels.length, 'channel'),
      countOf(ruleCount, 'rule'),
    ].join(', ');
    const verdict = `${what}: ${countOf(errorCount, 'error')}, ${countOf(warningCount, 'warning')}`;
    terminal.output.write(`${paint(verdict)}\n`);
  }
  if (errorCount + (failOnWarning ? warningCount : 0) > 0) setExitCode(exitCodes.findings);
}

function createCheckOfThisMachine(): EnforcementCheck {
  const support = canEnforce();
  return (action) => refusals(deniedThings(action, false), support).join('; ') || undefined;
}
