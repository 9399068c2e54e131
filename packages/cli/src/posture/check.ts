import {
  type Assessment,
  type AwsAccount,
  assessNode,
  type Benchmark,
  compareWithBaseline,
  type FixPlan,
  fetchConfigz,
  isFailing,
  makeReport,
  type ProbeResult,
  parseTarget,
  planFixes,
  type Report,
  toAsff,
  toJunit,
  toOcsf,
  toSarif,
  toYaml,
  writeFixes,
} from '@seawall/posture';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { errors } from '../errors.ts';
import { countOf } from '../number-text.ts';
import { type ExitCode, exitCodes } from '../terminal/exit-code.ts';
import { version } from '../version.ts';
import {
  addNodeOptions,
  benchmarkOption,
  collectList,
  type NodeOptions,
  openNode,
  openSite,
  parseComponents,
  readUserFile,
  requireComponents,
} from './options.ts';
import {
  addProbeOptions,
  millisecondsOf,
  type ProbeCommandOptions,
  readPair,
  renderProbes,
  runProbes,
} from './probe.ts';
import { renderChanges, renderFixes, renderReport } from './render.ts';

const formats = ['table', 'wide', 'json', 'yaml', 'sarif', 'junit', 'asff', 'ocsf'] as const;

interface CheckOptions extends NodeOptions, ProbeCommandOptions {
  readonly probe?: readonly string[];
  readonly configzFrom?: string;
  readonly benchmark: Benchmark;
  readonly site?: string;
  readonly check?: readonly string[];
  readonly skip?: readonly string[];
  readonly output: (typeof formats)[number];
  readonly exitCode?: number;
  readonly compare?: string;
  readonly all?: true;
  readonly diff?: true;
  readonly fixDir?: string;
  readonly awsAccount: string;
  readonly awsRegion: string;
}

/** `seawall posture check [component...]`, and the same as `seawall check`. */
export function defineCheck(check: Command, context: CommandContext): void {
  addNodeOptions(check.argument('[component...]'))
    .addOption(benchmarkOption())
    .option(
      '--probe <targets>',
      'ask these servers as well, and nobody else: KIND=HOST:PORT (see posture probe)',
      collectList,
    )
    .addOption(
      new Option(
        '--configz-from <host:port>',
        'ask this kubelet what it runs with (needs --certificate and --key)',
      ).conflicts('configz'),
    )
    .option('--site <file>', 'values that no file on the node tells, and accepted failures')
    .option('--check <ids>', 'only these checks: ids, CIS numbers or sections', collectList)
    .option('--skip <ids>', 'all but these checks', collectList)
    .addOption(new Option('--output <format>', 'how to print results').choices(formats).default('table'))
    .option('--all', 'in the table, show what passes and what does not apply, too')
    .option('--diff', 'show the changes that would make failing checks pass')
    .option(
      '--fix-dir <dir>',
      'write changed copies of the files into an empty folder; the originals stay as they are',
    )
    .addOption(
      new Option('--compare <report>', 'show only what changed since a report of --output json').conflicts([
        'probe',
        'diff',
        'fixDir',
      ]),
    )
    .option('--exit-code <n>', 'exit with this code when a check fails (default: 1)', parseExitCode)
    .option('--aws-account <id>', 'for --output asff', '000000000000')
    .option('--aws-region <region>', 'for --output asff', 'us-east-1')
    .action((components: readonly string[], options: CheckOptions) => runCheck(components, options, context));
  addProbeOptions(check);
}

function parseExitCode(text: string): number {
  const code = Number(text);
  if (!Number.isInteger(code) || code < 0 || code > 125)
    throw new InvalidArgumentError('Give a number from 0 to 125.');
  return code;
}

async function runCheck(
  components: readonly string[],
  options: CheckOptions,
  context: CommandContext,
): Promise<void> {
  refuseUnused(options);
  const chosen = parseComponents(components);
  const site = openSite(options.site);
  const { node: found, name } = openNode(options);
  const node = options.configzFrom === undefined ? found : { ...found, configz: await askConfigz(options) };
  const assessment = assessNode(node, {
    benchmark: options.benchmark,
    site,
    components: chosen,
    ...(options.check === undefined ? {} : { only: options.check }),
    ...(options.skip === undefined ? {} : { skip: options.skip }),
  });
  if (assessment.results.length === 0) {
    throw errors.create('OPTION_MISSING', {
      command: 'posture check',
      option: 'at least one check',
      hint: 'with these components, --check and --skip none is left ("seawall posture checks" lists them)',
    });
  }
  const instances = assessment.configurations
    .map(({ instance }) => instance)
    .filter(({ unattested }) => unattested === undefined);
  const report = makeReport(assessment, name, node.now);
  const plan =
    options.diff === true || options.fixDir !== undefined ? planFixes(assessment.results) : undefined;
  const { output, errors: messages } = context.terminal;
  if (options.compare !== undefined) {
    const changes = compareWithBaseline(report, readUserFile(options.compare), options.compare);
    output.write(options.output === 'json' ? asJson(changes) : renderChanges(changes, output));
    const isWorse = changes.some(({ result }) => result.status === 'FAIL' && result.accepted === null);
    if (isWorse) context.setExitCode(codeOf(options));
    requireComponents(chosen, instances, options);
    return;
  }
  const probes = await runProbes(options.probe ?? [], options);
  output.write(format(report, assessment, plan, probes, options, context));
  if (options.fixDir !== undefined && plan !== undefined) {
    const written = writeFixes(plan, options.fixDir);
    messages.write(`${countOf(written.length, 'file')} written below ${options.fixDir}\n`);
  }
  const isBelied = probes.some(({ status }) => status === 'FAIL');
  if (isBelied || assessment.results.some(isFailing)) context.setExitCode(codeOf(options));
  requireComponents(chosen, instances, options);
}

/** Refuses what would do nothing beside the other options, and be taken for done. Throws `cli/OPTION_INVALID` and `cli/OPTION_MISSING`. */
function refuseUnused(options: CheckOptions): void {
  const { compare, output, probe, configzFrom, certificate, key, expiredCertificate, expiredKey } = options;
  if (compare !== undefined && !['table', 'wide', 'json'].includes(output)) {
    const problem = 'what changed since a report is shown as a table or as JSON';
    throw errors.create('OPTION_INVALID', { option: '--output', value: output, problem });
  }
  if (probe !== undefined) return;
  const refuse = (command: string, option: string): never => {
    throw errors.create('OPTION_MISSING', { command, option, hint: 'nobody else is shown a certificate' });
  };
  if (expiredCertificate !== undefined || expiredKey !== undefined)
    refuse('check --expired-certificate', '--probe');
  const isGiven = certificate !== undefined || key !== undefined;
  if (isGiven && configzFrom === undefined) refuse('check --certificate', '--probe or --configz-from');
}

/** The kubelet's own word on its configuration. */
function askConfigz(options: CheckOptions): Promise<unknown> {
  const address = parseTarget(`kubelet=${options.configzFrom}`);
  const client = readPair(options.certificate, options.key);
  return fetchConfigz(address, client, millisecondsOf(options));
}

function codeOf({ exitCode }: CheckOptions): ExitCode {
  return (exitCode ?? exitCodes.findings) as ExitCode;
}

function format(
  report: Report,
  assessment: Assessment,
  plan: FixPlan | undefined,
  probes: readonly ProbeResult[],
  options: CheckOptions,
  { terminal }: CommandContext,
): string {
  const account: AwsAccount = { accountId: options.awsAccount, region: options.awsRegion };
  switch (options.output) {
    case 'json':
      return asJson({
        ...report,
        ...(plan === undefined ? {} : { plan: planAsData(plan) }),
        ...(options.probe === undefined ? {} : { probes }),
      });
    case 'yaml':
      return toYaml(report);
    case 'sarif':
      return asJson(toSarif(report, version));
    case 'junit':
      return toJunit(report);
    case 'asff':
      return asJson(toAsff(report, account));
    case 'ocsf':
      return asJson(toOcsf(report, version));
    default: {
      const shape = { isWide: options.output === 'wide', isAll: options.all === true };
      const fixes = options.diff === true && plan !== undefined ? renderFixes(plan, terminal.output) : '';
      const asked = probes.length === 0 ? '' : `\n${renderProbes(probes, terminal.output)}`;
      return renderReport(report, assessment, shape, terminal.output) + asked + fixes;
    }
  }
}

function planAsData(plan: FixPlan): unknown {
  return {
    files: plan.files.map(({ path, diff }) => ({ path, diff })),
    commands: plan.commands,
    advice: plan.advice,
  };
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
