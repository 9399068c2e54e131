import type { RuntimeAddress } from '@seawall/kube';
import type { RuleMeaning } from '@seawall/rules';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { outputOption } from '../output-option.ts';
import { runtimeOption } from '../probe/runtime-option.ts';
import { secondsOption } from '../probe/seconds-option.ts';
import { sourceNames } from '../rules/catalogues.ts';
import { meaningOption, withoutOption } from '../rules/load.ts';
import { runWatch, type WatchInput } from './run.ts';
import { applySetting, createWatchSettings, type WatchSettings } from './settings.ts';
import { type SummaryFormat, summaryFormats } from './summary.ts';

interface Options {
  readonly capture?: string;
  readonly source: string;
  readonly input?: string;
  readonly rules: readonly string[];
  readonly without: readonly string[];
  readonly meaning: RuleMeaning;
  readonly metadata?: string;
  readonly seconds?: number;
  readonly record?: string;
  readonly runtime?: readonly RuntimeAddress[];
  readonly output: OutputFormat;
  readonly summary: SummaryFormat;
  readonly hostname?: string;
  readonly failOnAlert: boolean;
}

/** Options that change settings one after the other, in the order in which they are given. */
type Change = (settings: WatchSettings) => void;

/** `seawall watch`: sends events through rules and prints an alert for each match. */
export function defineWatch(watch: Command, context: CommandContext): void {
  const changes: Change[] = [];
  const change = (make: (value: string) => Change) => (value: string) => {
    changes.push(make(value));
    return value;
  };
  watch
    .option(
      '--capture <file>',
      'replay a capture of system calls (.scap, plain, gzip or zstd; - for standard input); without it this machine is watched live, as root',
    )
    .addOption(secondsOption())
    .option('--record <file>', 'watching live: keep everything that was seen in this capture')
    .addOption(runtimeOption())
    .addOption(
      new Option('--source <source>', 'where the events come from').choices(sourceNames).default('syscall'),
    )
    .option(
      '--input <file>',
      'read Kubernetes audit events from a file (with --source k8s_audit; - for standard input)',
    )
    .requiredOption('--rules <file...>', 'rule files, and folders of them, in the order to load them')
    .option('--metadata <file>', 'what the container runtime says of the containers (JSON of CRI answers)')
    .addOption(outputOption())
    .addOption(
      new Option('--summary <format>', 'how to print the summary on standard error')
        .choices(summaryFormats)
        .default('text'),
    )
    .addOption(
      new Option('--rule-matching <which>', 'which rules alert on an event that several match')
        .choices(['all', 'first'])
        .default('all')
        .argParser((value: string) => {
          if (value !== 'all' && value !== 'first')
            throw new InvalidArgumentError('It is either all or first.');
          changes.push((settings) => applySetting(settings, `rule_matching=${value}`));
          return value;
        }),
    )
    .option(
      '--priority <level>',
      'leave out rules less urgent than this',
      change((value) => (settings) => applySetting(settings, `priority=${value}`)),
    )
    .option(
      '-t, --tag <tag>',
      'run only rules with this tag (can be repeated)',
      change((tag) => (settings) => {
        const isFirst = !settings.selection.some(({ isEnabled }) => isEnabled);
        if (isFirst) applySetting(settings, 'rules[].disable.rule=*');
        applySetting(settings, `rules[].enable.tag=${tag}`);
      }),
    )
    .option(
      '-T, --skip-tag <tag>',
      'leave out rules with this tag (can be repeated)',
      change((tag) => (settings) => applySetting(settings, `rules[].disable.tag=${tag}`)),
    )
    .option(
      '-D, --skip-rule <name>',
      'leave out rules of this name, * standing for any text (can be repeated)',
      change((name) => (settings) => applySetting(settings, `rules[].disable.rule=${name}`)),
    )
    .option(
      '--add-output <text>',
      'add this text, with its %fields, to the output of every rule whose source has them (can be repeated)',
      change((text) => (settings) => {
        settings.extraOutputs.push({ text, option: '--add-output', value: text });
      }),
    )
    .option(
      '--add-field <field>',
      'add this field to the JSON of every alert whose source has it (can be repeated)',
      change((text) => (settings) => {
        settings.extraFields.push({ text, option: '--add-field', value: text });
      }),
    )
    .option('--no-suggested-output', 'do not add container and pod to the output of every rule')
    .addOption(meaningOption())
    .addOption(withoutOption())
    .option('--iso-time', 'begin alerts with date and time in UTC instead of the local time of day')
    .option('--hostname <name>', 'the machine that alerts name (default: the one in the capture)')
    .option('--fail-on-alert', 'exit with code 1 when there was any alert', false)
    .option(
      '-o, --set <name=value>',
      'set what falco.yaml would (can be repeated)',
      change((setting) => (settings) => applySetting(settings, setting)),
    )
    .addHelpText(
      'after',
      `
Exit codes: 0 the events were read to the end; 1 the rules have errors (or, with --fail-on-alert, there was an alert);
2 wrong usage; 3 the events could not be read to the end.`,
    )
    .action((options: Options & { suggestedOutput: boolean; isoTime?: boolean }) => {
      const settings = createWatchSettings();
      settings.isJson = options.output === 'json';
      settings.hasSuggestedOutput = options.suggestedOutput;
      settings.isIsoTime = options.isoTime === true;
      for (const apply of changes) apply(settings);
      const { runtime: runtimes } = options;
      return runWatch(context, {
        ...options,
        ...(runtimes !== undefined && { runtimes }),
        settings,
        input: inputOf(options),
      });
    });
}

function inputOf({ capture, source, input, seconds, record, runtime, metadata }: Options): WatchInput {
  const command = 'watch';
  const isLive = source === 'syscall' && capture === undefined;
  if (!isLive) {
    const problem = 'that is for watching this machine live';
    refuseOptions({ '--record': record, '--seconds': seconds, '--runtime': runtimeText(runtime) }, problem);
  }
  if (source === 'syscall') {
    if (input !== undefined) {
      throw errors.create('OPTION_INVALID', {
        option: '--input',
        value: input,
        problem: 'system calls are read with --capture; --input is for --source k8s_audit',
      });
    }
    return { source: 'syscall', path: capture };
  }
  if (capture !== undefined) {
    const problem = `a capture holds system calls, not events of ${source}; use --input`;
    throw errors.create('OPTION_INVALID', { option: '--capture', value: capture, problem });
  }
  const problem = 'audit events name their pods themselves; that is for system calls';
  refuseOptions({ '--metadata': metadata }, problem);
  if (input === undefined) {
    const hint = 'name the audit log to read';
    throw errors.create('OPTION_MISSING', { command, option: '--input FILE', hint });
  }
  return { source: 'k8s_audit', path: input };
}

/** @throws cli/OPTION_INVALID for the first option that is given though it would do nothing. */
function refuseOptions(options: Readonly<Record<string, unknown>>, problem: string): void {
  const given = Object.entries(options).find(([, value]) => value !== undefined);
  if (given === undefined) return;
  const [option, value] = given;
  throw errors.create('OPTION_INVALID', { option, value, problem });
}

/** Runtimes as they are written on the command line. */
function runtimeText(runtimes: readonly RuntimeAddress[] | undefined): string | undefined {
  return runtimes && (runtimes.map(({ kind, socket }) => `${kind}=${socket}`).join(' ') || 'none');
}
