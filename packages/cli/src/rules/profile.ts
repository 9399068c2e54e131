import { type CaptureProfileReport, containerInfoOf, createCaptureProfile } from '@seawall/agent';
import { systemClock } from '@seawall/base';
import { readContainerMetadata } from '@seawall/kube';
import type { Rule, RuleSet } from '@seawall/rules';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { captureInput } from '../input/capture-input.ts';
import { nameOfPath, readWhole } from '../input/open.ts';
import { jsonText } from '../json-text.ts';
import { countOf } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { createProgress } from '../terminal/progress.ts';
import { wholeNumber } from '../whole-number.ts';
import { syscallCatalogue } from './catalogues.ts';
import { loadRuleFiles, withoutOption } from './load.ts';
import { messagesText } from './message-text.ts';
import { profileText, topOf } from './profile-text.ts';

interface Options {
  readonly capture: string;
  readonly metadata?: string;
  readonly events?: number;
  readonly top?: number;
  readonly without: readonly string[];
  readonly output: OutputFormat;
}

/** So many rows tell where to begin. */
const SHOWN = 15;

/** `seawall rules profile`: measures rules on a recording of system calls. */
export function addProfileCommand(parent: Command, context: CommandContext): void {
  parent
    .command('profile')
    .argument('<file...>', 'rule files, and folders of them, in the order to load them; - for standard input')
    .description('measure on a recording what each rule and each comparison in it costs, and what to change')
    .requiredOption('--capture <file>', 'the recording of system calls (.scap, plain, gzip or zstd)')
    .option('--metadata <file>', 'what the container runtime says of the containers (JSON of CRI answers)')
    .option('--events <count>', 'stop after so many events', wholeNumber)
    .option(
      '--top <count>',
      `how many rules, comparisons and pieces of advice to show (default: ${SHOWN}; as JSON, all)`,
      wholeNumber,
    )
    .addOption(withoutOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Every evaluation is counted; of each comparison the first 64 and then one in 64 are timed, 16 repetitions each.
Each rule is measured as written and on its own; when watching, rules share what several of them ask.

Exit codes: 0 the recording was read to its end (or to --events); 1 the rules have errors; 2 wrong usage; 3 a file
could not be read, or the recording not to its end (what was measured until there is shown).`,
    )
    .action((paths: readonly string[], options: Options) => profileRules(context, paths, options));
}

async function profileRules(
  { terminal, setExitCode }: CommandContext,
  paths: readonly string[],
  { capture, metadata, events, top, without, output }: Options,
): Promise<void> {
  const { files, ruleSet, unmetRequirement } = await loadRuleFiles(paths, terminal, without);
  if (ruleSet === undefined) {
    terminal.errors.write(messagesText(files, terminal.errors.palette, ['error']));
    if (unmetRequirement !== undefined) terminal.errors.write(`${unmetRequirement}\n`);
    setExitCode(exitCodes.findings);
    return;
  }
  const rules = measurableRules(ruleSet);
  const leftOut = ruleSet.rules.length - rules.length;
  if (leftOut > 0) {
    const which = countOf(leftOut, 'rule is', 'rules are');
    terminal.errors.write(`${which} not measured: disabled, or not about system calls\n`);
  }
  const progress = createProgress({
    clock: systemClock,
    isTerminal: terminal.errors.isTerminal,
    write: (text) => terminal.errors.write(text),
  });
  const { input, name } = captureInput(capture, terminal);
  const records =
    metadata === undefined
      ? []
      : readContainerMetadata(await readWhole(metadata, terminal), nameOfPath(metadata));
  const profile = createCaptureProfile({
    input,
    inputName: name,
    rules,
    ruleSet,
    catalogue: syscallCatalogue,
    containers: records.map(containerInfoOf),
    ...(events !== undefined && { maximumEvents: events }),
    onProgress: (count) => progress.update(() => `${name}: ${countOf(count, 'event')}`),
  });
  const show = (report: CaptureProfileReport): void => {
    progress.finish();
    const shown = topOf(report, top ?? (output === 'json' ? Number.POSITIVE_INFINITY : SHOWN));
    terminal.output.write(
      output === 'json' ? jsonText(shown) : profileText(shown, report, terminal.output.palette),
    );
  };
  try {
    await profile.run();
  } catch (error) {
    // What was measured of a recording that breaks off still counts.
    const report = profile.report();
    if (report.events > 0) show(report);
    progress.finish();
    throw error;
  }
  show(profile.report());
}

function measurableRules({ rules }: RuleSet): readonly Rule[] {
  return rules.filter(({ isEnabled, source }) => isEnabled && source === syscallCatalogue.source);
}
