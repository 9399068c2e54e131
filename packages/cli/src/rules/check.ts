import { type FileResult, falcoLoadResult, type RuleSet } from '@seawall/rules';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { countOf } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { countMessages, loadRuleFiles, withoutOption } from './load.ts';
import { messagesText } from './message-text.ts';

interface Options {
  readonly output: OutputFormat;
  readonly failOnWarning: boolean;
  readonly without: readonly string[];
}

/** `seawall rules check`: loads rule files and says what is wrong with them, and where. */
export function addCheckCommand(parent: Command, context: CommandContext): void {
  parent
    .command('check')
    .argument('<file...>', 'rule files, and folders of them, in the order to load them; - for standard input')
    .description('say what is wrong with rule files, where, and what to write instead')
    .option('--fail-on-warning', 'exit with code 1 for warnings, too', false)
    .addOption(withoutOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 the rules load; 1 they have errors; 2 wrong usage; 3 a file could not be read.',
    )
    .action((paths: readonly string[], options: Options) => checkRules(context, paths, options));
}

async function checkRules(
  { terminal, setExitCode }: CommandContext,
  paths: readonly string[],
  { output, failOnWarning, without }: Options,
): Promise<void> {
  const { files, ruleSet, unmetRequirement: unmet } = await loadRuleFiles(paths, terminal, without);
  const errorCount = countMessages(files, 'error') + (unmet === undefined ? 0 : 1);
  const warningCount = countMessages(files, 'warning');
  if (output === 'json') {
    terminal.output.write(
      jsonText({
        falco_load_results: files.map(falcoLoadResult),
        ...(unmet !== undefined && { unmet_plugin_requirement: unmet }),
      }),
    );
  } else {
    const { palette } = terminal.output;
    terminal.output.write(messagesText(files, palette));
    if (unmet !== undefined) terminal.output.write(`${palette.bad('error:')} ${unmet}\n`);
    const verdict = errorCount > 0 ? palette.bad : warningCount > 0 ? palette.warning : palette.good;
    terminal.output.write(`${verdict(verdictText(files, ruleSet, errorCount, warningCount))}\n`);
  }
  if (errorCount > 0 || (failOnWarning && warningCount > 0)) setExitCode(exitCodes.findings);
}

function verdictText(
  files: readonly FileResult[],
  ruleSet: RuleSet | undefined,
  errorCount: number,
  warningCount: number,
): string {
  const messages = `${countOf(errorCount, 'error')}, ${countOf(warningCount, 'warning')}`;
  const what =
    ruleSet === undefined
      ? countOf(files.length, 'file')
      : `${countOf(ruleSet.rules.length, 'rule')} in ${countOf(files.length, 'file')}`;
  return `${what}: ${messages}`;
}
