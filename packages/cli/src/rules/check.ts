import {
  type FileResult,
  falcoLoadResult,
  type LintFinding,
  lintRuleSet,
  type RuleMeaning,
  type RuleSet,
} from '@seawall/rules';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { countOf } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { cataloguesWithout } from './catalogues.ts';
import { countMessages, loadRuleFiles, meaningOption, withoutOption } from './load.ts';
import { lintText, messagesText } from './message-text.ts';

interface Options {
  readonly output: OutputFormat;
  readonly failOnWarning: boolean;
  readonly strict: boolean;
  readonly lint: boolean;
  readonly without: readonly string[];
  readonly meaning: RuleMeaning;
}

/** `seawall rules check`: loads rule files and says what is wrong with them, where, and what is hardly meant. */
export function addCheckCommand(parent: Command, context: CommandContext): void {
  parent
    .command('check')
    .argument('<file...>', 'rule files, and folders of them, in the order to load them; - for standard input')
    .description('say what is wrong with rule files, where, and what to write instead')
    .option('--no-lint', 'say only how the rules load, not what in them is hardly meant')
    .option('--fail-on-warning', 'exit with code 1 for warnings about loading, too', false)
    .option('--strict', 'exit with code 1 for warnings of any kind, those of lints too', false)
    .addOption(meaningOption())
    .addOption(withoutOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 the rules load; 1 they have errors (or, where asked for, warnings); 2 wrong usage; 3 a file could not be read.',
    )
    .action((paths: readonly string[], options: Options) => checkRules(context, paths, options));
}

async function checkRules(
  { terminal, setExitCode }: CommandContext,
  paths: readonly string[],
  { output, failOnWarning, strict, lint, without, meaning }: Options,
): Promise<void> {
  const {
    files,
    ruleSet,
    unmetRequirement: unmet,
  } = await loadRuleFiles(paths, terminal, without, {
    meaning,
  });
  const errorCount = countMessages(files, 'error') + (unmet === undefined ? 0 : 1);
  const warningCount = countMessages(files, 'warning');
  const findings = lint && ruleSet !== undefined ? lintRuleSet(ruleSet, cataloguesWithout(without)) : [];
  const lintWarningCount = findings.filter(({ severity }) => severity === 'warning').length;
  if (output === 'json') {
    terminal.output.write(
      jsonText({
        falco_load_results: files.map(falcoLoadResult),
        ...(unmet !== undefined && { unmet_plugin_requirement: unmet }),
        ...(lint && { lint_findings: findings.map(findingAsData) }),
      }),
    );
  } else {
    const { palette } = terminal.output;
    terminal.output.write(messagesText(files, palette) + lintText(findings, palette));
    if (unmet !== undefined) terminal.output.write(`${palette.bad('error:')} ${unmet}\n`);
    const hasWarnings = warningCount + lintWarningCount > 0;
    const paint = errorCount > 0 ? palette.bad : hasWarnings ? palette.warning : palette.good;
    const verdict = verdictText(files, ruleSet, errorCount, warningCount) + lintVerdictText(findings);
    terminal.output.write(`${paint(verdict)}\n`);
  }
  const countedWarnings = (failOnWarning || strict ? warningCount : 0) + (strict ? lintWarningCount : 0);
  if (errorCount + countedWarnings > 0) setExitCode(exitCodes.findings);
}

/** A finding for programs, in the manner of Falco's results beside it. */
function findingAsData({ lint, severity, message, hint, rule, macro, place }: LintFinding): unknown {
  return {
    lint,
    severity,
    message,
    hint,
    rule,
    ...(macro !== undefined && { macro }),
    position: { name: place.file, line: place.line, column: place.column },
  };
}

function lintVerdictText(findings: readonly LintFinding[]): string {
  if (findings.length === 0) return '';
  const warningCount = findings.filter(({ severity }) => severity === 'warning').length;
  const noteCount = findings.length - warningCount;
  return `; lints: ${countOf(warningCount, 'warning')}, ${countOf(noteCount, 'note')}`;
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
