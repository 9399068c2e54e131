import { type Alert, containerInfoOf, createCaptureWatch, defaultDropPolicy } from '@seawall/agent';
import { readContainerMetadata } from '@seawall/kube';
import { generateRules, maskIds } from '@seawall/policies';
import { loadRules, textFromBytes } from '@seawall/rules';
import { type Command, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
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
  readonly capture: string;
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
    .description('show what the rules of a profile would have raised in a capture')
    .requiredOption('--capture <file>', 'a capture of system calls (.scap, plain, gzip or zstd)')
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
  const { ruleSet } = loadRules(
    [{ name: 'profile', content: generateRules(profile, nameOfPath(path)) }],
    [syscallCatalogue],
  );
  if (ruleSet === undefined) throw new Error('the rules of a profile that was read do not load');
  const findings = await replay(ruleSet.rules, options, terminal);
  if (options.output === 'json') terminal.output.write(jsonText(findings));
  else terminal.output.write(findings.map(textOf).join(''));
  const alerts = findings.reduce((sum, { count }) => sum + count, 0);
  terminal.errors.write(`${countOf(findings.length, 'finding')}, ${countOf(alerts, 'alert')}\n`);
  if (findings.length > 0) setExitCode(exitCodes.findings);
}

async function replay(
  rules: Parameters<typeof createCaptureWatch>[0]['rules'],
  { capture, metadata, seconds }: Options,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const records =
    metadata === undefined
      ? []
      : readContainerMetadata(await readWhole(metadata, terminal), nameOfPath(metadata));
  const { input, name } = captureInput(capture, terminal);
  const findings = new Map<string, Finding>();
  const watch = createCaptureWatch({
    rules,
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
