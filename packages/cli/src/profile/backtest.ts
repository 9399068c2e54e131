import { type Alert, containerInfoOf, createCaptureWatch, defaultDropPolicy } from '@seawall/agent';
import { createActivityCollector } from '@seawall/agent/activity';
import { readContainerMetadata } from '@seawall/kube';
import { backtestActivity, generateRules, learnProfile, maskIds, type Profile } from '@seawall/policies';
import { loadRules, textFromBytes } from '@seawall/rules';
import { type Activity, openStore } from '@seawall/store';
import { type Command, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { captureInput } from '../input/capture-input.ts';
import { nameOfPath, readWhole } from '../input/open.ts';
import { jsonText } from '../json-text.ts';
import { countOf } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { syscallCatalogue } from '../rules/catalogues.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { harmless } from '../terminal/harmless.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { requireOneSource, type SourceOptions, whyNothingSeen } from './chosen-source.ts';
import { readProfile } from './read-profile.ts';
import { replayWithProgress } from './replay-progress.ts';
import { divideBySight } from './seen-pods.ts';
import { parseSpan, type Span } from './span.ts';

interface Options extends SourceOptions {
  readonly output: OutputFormat;
}

/** Alerts of a rule that say the same but for ids. */
interface Finding {
  readonly rule: string;
  readonly output: string;
  readonly count: number;
  /** Nanoseconds since the epoch. */
  readonly first: bigint;
  readonly last: bigint;
}

/** Pods that are named where a profile is about none of them. */
const MOST_SHOWN = 10;

/** What came of it, and what pods and containers were seen to do there at all. */
interface Trial {
  readonly findings: readonly Finding[];
  readonly activities: readonly Activity[];
}

/** `seawall profile backtest`: what a profile would have raised. */
export function addBacktestCommand(parent: Command, context: CommandContext): void {
  parent
    .command('backtest')
    .argument('<profile>', 'what each pod may do (YAML); - for standard input')
    .description('show what the rules of a profile would have raised')
    .option('--capture <file>', 'in a capture of system calls (.scap, plain, gzip or zstd)')
    .option('--store <file>', "of what an agent's store says that workloads did")
    .option('--metadata <file>', 'what the container runtime says of the containers (JSON of CRI answers)')
    .addOption(
      new Option(
        '--seconds <A..B>',
        'what happened from second A until B; B alone begins at the start',
      ).argParser(parseSpan),
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Alerts that say the same but for ids of processes, pods and ports are one finding.

Exit codes: 0 it raises nothing; 1 it raises something; 2 wrong usage; 3 a file could not be read, or is no profile, or nothing
was seen of any pod of the profile.`,
    )
    .action((path: string, options: Options) => backtest(context, path, options));
}

async function backtest(
  { terminal, setExitCode }: CommandContext,
  path: string,
  options: Options,
): Promise<void> {
  const profile = await readProfile(path, terminal);
  requireOneSource('profile backtest', 'one of --capture FILE and --store FILE says where to look', options);
  const { findings, activities } =
    options.store === undefined
      ? await replay(profile, nameOfPath(path), options, terminal)
      : await lookUp(profile, options.store);
  const { seen, unseen } = divideBySight(profile, activities);
  if (findings.length === 0 && seen.length === 0) {
    throw errors.create('PODS_UNSEEN', { profile: nameOfPath(path), hint: hintOf(activities, options) });
  }
  if (options.output === 'json') terminal.output.write(jsonText(findings));
  else terminal.output.write(findings.map(textOf).join(''));
  const alerts = findings.reduce((sum, { count }) => sum + count, 0);
  terminal.errors.write(`${countOf(findings.length, 'finding')}, ${countOf(alerts, 'alert')}\n`);
  if (unseen.length > 0) terminal.errors.write(`nothing was seen of ${unseen.join(', ')}\n`);
  if (findings.length > 0) setExitCode(exitCodes.findings);
}

/** Why no pod of the profile was seen: others were, or none at all. */
function hintOf(activities: readonly Activity[], options: Options): string {
  const others = learnProfile(activities).pods.map(
    ({ namespace = 'kube-system', podname }) => `${namespace}/${podname}`,
  );
  if (others.length === 0) return whyNothingSeen(options);
  const shown = others.slice(0, MOST_SHOWN).join(', ');
  const more = others.length > MOST_SHOWN ? ` and ${others.length - MOST_SHOWN} more` : '';
  return `seen were ${shown}${more}; podname and namespace say which of them a profile is about`;
}

/** Each thing that a workload did and that the profile doesn't allow is a finding. */
async function lookUp(profile: Profile, path: string): Promise<Trial> {
  const store = openStore({ path, access: 'read' });
  try {
    const activities = await store.activity({});
    const findings = backtestActivity(profile, activities).map(({ rule, activity }) => {
      const { workload, kind, value, count, first, last, example } = activity;
      const output = `${rule}: ${workload} ${kind} ${value} (command=${example})`;
      return { rule, output, count, first, last };
    });
    return { findings, activities };
  } finally {
    await store.close();
  }
}

async function replay(
  profile: Profile,
  origin: string,
  { capture, metadata, seconds }: Options,
  terminal: Terminal,
): Promise<Trial> {
  const records =
    metadata === undefined
      ? []
      : readContainerMetadata(await readWhole(metadata, terminal), nameOfPath(metadata));
  const { input, name } = captureInput(capture!, terminal);
  const content = generateRules(profile, origin);
  const { ruleSet } = loadRules([{ name: 'profile', content }], [syscallCatalogue]);
  if (ruleSet === undefined) throw new Error('the rules of a profile that was read do not load');
  const findings = new Map<string, Finding>();
  const { from, until } = seconds ?? {};
  const collector = createActivityCollector({
    catalogue: syscallCatalogue,
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
  });
  await replayWithProgress(name, terminal, (onProgress) =>
    createCaptureWatch({
      activity: collector,
      rules: ruleSet.rules,
      catalogue: syscallCatalogue,
      containers: records.map(containerInfoOf),
      drops: defaultDropPolicy,
      isFirstOnly: false,
      isIsoTime: true,
      hostname: undefined,
      input,
      inputName: name,
      onProgress,
      onAlert: () => undefined,
      onMatches(alerts, { firstEventTimestamp }) {
        for (const alert of alerts) if (isWithin(alert, firstEventTimestamp, seconds)) add(findings, alert);
      },
    }).run(),
  );
  return { findings: [...findings.values()], activities: collector.take() };
}

function isWithin({ timestamp }: Alert, start: bigint, span: Span | undefined): boolean {
  const passed = timestamp - start;
  const { from, until } = span ?? {};
  return (from === undefined || passed >= from) && (until === undefined || passed < until);
}

function add(findings: Map<string, Finding>, { rule, message, timestamp }: Alert): void {
  const output = textFromBytes(message);
  const key = `${rule}\0${maskIds(output)}`;
  const known = findings.get(key);
  findings.set(key, {
    rule,
    output: known?.output ?? output,
    count: (known?.count ?? 0) + 1,
    first: known?.first ?? timestamp,
    last: timestamp,
  });
}

function textOf({ output, count, first }: Finding): string {
  const time = new Date(Number(first / 1_000_000n)).toISOString();
  return `${time} ${count === 1 ? '' : `${count} times `}${harmless(output.trimEnd())}\n`;
}
