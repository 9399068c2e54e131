import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CaseFile,
  type CaseResult,
  createCaseRunner,
  type RuleCoverage,
  readCaseFile,
} from '@seawall/agent/cases';
import { systemClock } from '@seawall/base';
import { canonicalText, type RuleSet } from '@seawall/rules';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { errors } from '../errors.ts';
import { fileReasonOf } from '../input/file-reason.ts';
import { jsonText } from '../json-text.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { createProgress } from '../terminal/progress.ts';
import { auditCatalogue, syscallCatalogue } from './catalogues.ts';
import { loadRuleFiles } from './load.ts';
import { messagesText } from './message-text.ts';
import { testJunit } from './test-junit.ts';
import { isFullyCovered, type TestReport, testReport } from './test-report.ts';
import { testText } from './test-text.ts';

interface Options {
  readonly output: 'text' | 'json' | 'junit';
  readonly mutants: boolean;
  readonly showParts: boolean;
  readonly minimumCoverage?: number;
  readonly minimumNoticed?: number;
}

/** What testing came to. */
export interface TestRun {
  readonly results: readonly CaseResult[];
  readonly coverage: readonly { readonly ruleSet: RuleSet; readonly rules: readonly RuleCoverage[] }[];
  readonly mutants: ReadonlyMap<string, MutantCount> | undefined;
  readonly seconds: number;
}

export interface MutantCount {
  readonly all: number;
  /** `negated: CONDITION` each. */
  readonly survivors: readonly string[];
}

/** `seawall rules test`: plays cases against rules, without a kernel, and says what they tried. */
export function addTestCommand(parent: Command, context: CommandContext): void {
  parent
    .command('test')
    .argument(
      '<file...>',
      'case files, and folders of them (their files whose names end with .test.yaml or .test.yml)',
    )
    .description(
      'play cases (events, and the alerts expected of them) against rules, and say what of the rules they tried',
    )
    .option(
      '--mutants',
      'also change each part of each rule in turn, and say which changes no case notices',
      false,
    )
    .option('--show-parts', 'name the parts of rules that never held or never failed', false)
    .option('--minimum-coverage <percent>', 'exit with code 1 where less of the parts were tried', percent)
    .option(
      '--minimum-noticed <percent>',
      'with --mutants: exit with code 1 where fewer mutants were noticed',
      percent,
    )
    .addOption(
      new Option('--output <format>', 'how to print results')
        .choices(['text', 'json', 'junit'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
A case file names the rules it is about (rules: ...); where it doesn't, they are those of the folder above it.
docs/rule-tests.md says how cases are written.

Exit codes: 0 all cases pass; 1 a case fails, there is none, the rules have errors, or less was tried than asked for; 2 wrong usage;
3 a file could not be read, or a case file makes no sense.`,
    )
    .action((paths: readonly string[], options: Options) => testRules(context, paths, options));
}

function percent(text: string): number {
  if (!/^(?:100|\d{1,2})(?:\.\d+)?$/.test(text))
    throw new InvalidArgumentError('It is a number from 0 to 100.');
  return Number(text);
}

async function testRules(
  { terminal, setExitCode }: CommandContext,
  paths: readonly string[],
  options: Options,
): Promise<void> {
  if (options.minimumNoticed !== undefined && !options.mutants) {
    const hint = 'without it no mutants are made that cases could notice';
    throw errors.create('OPTION_MISSING', { command: '--minimum-noticed', option: '--mutants', hint });
  }
  const started = systemClock.monotonic();
  const progress = createProgress({
    clock: systemClock,
    isTerminal: terminal.errors.isTerminal,
    write: (text) => terminal.errors.write(text),
  });
  const files = paths.flatMap(expandCaseFolders).map((path) => readCaseFile(path));
  const results: CaseResult[] = [];
  const coverage: TestRun['coverage'][number][] = [];
  const mutants = new Map<string, MutantCount>();
  for (const [, group] of Map.groupBy(
    files.filter(({ cases }) => cases.length > 0),
    rulesKey,
  )) {
    const { files: loaded, ruleSet, unmetRequirement } = await loadRuleFiles(group[0].rules, terminal, []);
    if (ruleSet === undefined) {
      terminal.errors.write(messagesText(loaded, terminal.errors.palette, ['error']));
      if (unmetRequirement !== undefined) terminal.errors.write(`${unmetRequirement}\n`);
      setExitCode(exitCodes.findings);
      return;
    }
    const runner = createCaseRunner({
      ruleSet,
      syscallCatalogue,
      auditCatalogue,
      tryMutants: options.mutants,
    });
    for (const ruleCase of group.flatMap(({ cases }) => cases)) {
      progress.update(() => `${ruleCase.file}: ${ruleCase.name}`);
      results.push(await runner.run(ruleCase));
    }
    coverage.push({ ruleSet, rules: runner.coverage().filter(({ cases }) => cases > 0) });
    for (const [name, trials] of runner.trials) {
      const survivors = trials.survivors().map(({ kind, part }) => `${kind}: ${canonicalText(part.node)}`);
      mutants.set(name, { all: trials.mutants.length, survivors });
    }
  }
  progress.finish();
  const run: TestRun = {
    results,
    coverage,
    mutants: options.mutants ? mutants : undefined,
    seconds: (systemClock.monotonic() - started) / 1000,
  };
  const report = testReport(run);
  if (options.output === 'json') terminal.output.write(jsonText(report));
  else if (options.output === 'junit') terminal.output.write(testJunit(report));
  else terminal.output.write(testText(report, options.showParts, terminal.output.palette));
  if (results.length === 0)
    terminal.errors.write(
      'there is no case: in folders, files of cases have names that end with .test.yaml\n',
    );
  const unmet = unmetMinimums(report, options);
  for (const sentence of unmet) terminal.errors.write(`${sentence}\n`);
  if (results.length === 0 || report.failed > 0 || unmet.length > 0) setExitCode(exitCodes.findings);
}

/** What less was tried of than asked for, a sentence each. */
function unmetMinimums(
  { coverage, mutants }: TestReport,
  { minimumCoverage, minimumNoticed }: Options,
): readonly string[] {
  const unmet: string[] = [];
  if (!isFullyCovered(coverage, minimumCoverage)) {
    unmet.push(
      `parts that held and failed: ${coverage.percent}%, less than --minimum-coverage ${minimumCoverage}; --show-parts names the others`,
    );
  }
  if (mutants !== undefined && !isFullyCovered(mutants, minimumNoticed)) {
    unmet.push(
      `mutants noticed: ${mutants.percent}%, less than --minimum-noticed ${minimumNoticed}; those that were not are named above`,
    );
  }
  return unmet;
}

/** Cases against the same rules share them. */
function rulesKey({ rules }: CaseFile): string {
  return rules.join('\n');
}

/** Case files of a folder and of the folders in it; a file that is named is taken as it is. */
function expandCaseFolders(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.test\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    throw errors.create('FILE_UNREADABLE', { path, reason: fileReasonOf(error) }, error);
  }
}
