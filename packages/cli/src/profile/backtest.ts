import { type Alert, containerInfoOf, createCaptureWatch, defaultDropPolicy } from '@seawall/agent';
import { readContainerMetadata } from '@seawall/kube';
import { backtestActivity, generateRules, maskIds, type Profile } from '@seawall/policies';
import { loadRules, textFromBytes } from '@seawall/rules';
import { openStore } from '@seawall/store';
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
import type { Terminal } from '../terminal/terminal.ts';
import { readProfile } from './read-profile.ts';
import { parseSpan, type Span } from './span.ts';

interface Options {
  readonly capture?: string;
  readonly store?: string;
  readonly metadata?: string;
  readonly seconds?: Span;
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

Exit codes: 0 it raises nothing; 1 it raises something; 2 wrong usage; 3 a file could not be read, or is no profile.`,
    )
    .action((path: string, options: Options) => backtest(context, path, options));
}

async function backtest(
  { terminal, setExitCode }: CommandContext,
  path: string,
  options: Options,
): Promise<void> {
  const profile = await readProfile(path, terminal);
  if ((options.capture === undefined) === (options.store === undefined)) {
    const hint = 'one of --capture FILE and --store FILE says where to look';
    throw errors.create('OPTION_MISSING', { command: 'profile backtest', option: '--capture', hint });
  }
  const findings =
    options.store === undefined
      ? await replay(profile, nameOfPath(path), options, terminal)
      : await lookUp(profile, options.store);
  if (options.output === 'json') terminal.output.write(jsonText(findings));
  else terminal.output.write(findings.map(textOf).join(''));
  const alerts = findings.reduce((sum, { count }) => sum + count, 0);
  terminal.errors.write(`${countOf(findings.length, 'finding')}, ${countOf(alerts, 'alert')}\n`);
  if (findings.length > 0) setExitCode(exitCodes.findings);
}

/** Each thing that a workload did and that the profile doesn't allow is a finding. */
async function lookUp(profile: Profile, path: string): Promise<readonly Finding[]> {
  const store = openStore({ path, access: 'read' });
  try {
    return backtestActivity(profile, await store.activity({})).map(({ rule, activity }) => {
      const { workload, kind, value, count, first, last, example } = activity;
      const output = `${rule}: ${workload} ${kind} ${value} (command=${example})`;
      return { rule, output, count, first, last };
    });
  } finally {
    await store.close();
  }
}

async function replay(
  profile: Profile,
  origin: string,
  { capture, metadata, seconds }: Options,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const records =
    metadata === undefined
      ? []
      : readContainerMetadata(await readWhole(metadata, terminal), nameOfPath(metadata));
  const { input, name } = captureInput(capture!, terminal);
  const content = generateRules(profile, origin);
  const { ruleSet } = loadRules([{ name: 'profile', content }], [syscallCatalogue]);
  if (ruleSet === undefined) throw new Error('the rules of a profile that was read do not load');
  const findings = new Map<string, Finding>();
  const watch = createCaptureWatch({
    rules: ruleSet.rules,
    catalogue: syscallCatalogue,
    containers: records.map(containerInfoOf),
    drops: defaultDropPolicy,
    isFirstOnly: false,
    isIsoTime: true,
    hostname: undefined,
    input,
    inputName: name,
    onAlert: () => undefined,
    onMatches(alerts, { firstEventTimestamp }) {
      for (const alert of alerts) if (isWithin(alert, firstEventTimestamp, seconds)) add(findings, alert);
    },
  });
  await watch.run();
  return [...findings.values()];
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
  return `${time} ${count === 1 ? '' : `${count} times `}${output.trimEnd()}\n`;
}
