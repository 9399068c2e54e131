import { makeReport, openCluster, verifyFiles, verifyLive } from '@seawall/pki';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { directoryOption, durationOption } from './options.ts';
import { renderChecks, summarizeChecks } from './report.ts';

interface Options {
  readonly directory: string;
  readonly live?: boolean;
  readonly member?: readonly string[];
  readonly within: number;
  readonly timeout: number;
  readonly problems?: boolean;
  readonly output: OutputFormat;
}

/** `seawall pki etcd verify` */
export function addVerifyCommand(parent: Command, context: CommandContext): void {
  parent
    .command('verify')
    .description('judge the files; with --live shake hands with every member; exit code 1 when a check fails')
    .addOption(directoryOption())
    .option('--live', "shake hands: who is let in, who is refused, on each member's client and peer port")
    .option('--member <name...>', 'with --live: these members only')
    .addOption(durationOption('--within <duration>', 'warn about what ends within this time', '30d'))
    .addOption(durationOption('--timeout <duration>', 'patience with one handshake', '5s'))
    .option('--problems', 'show only what did not pass')
    .addOption(outputOption())
    .action((options: Options) => verify(context, options));
}

async function verify({ terminal, setExitCode }: CommandContext, options: Options): Promise<void> {
  if (options.member !== undefined && !options.live) {
    throw errors.create('OPTION_MISSING', {
      command: 'pki etcd verify --member',
      option: '--live',
      hint: 'without it the files of all members are judged, and no member is asked',
    });
  }
  const cluster = openCluster(options.directory);
  const now = Date.now();
  const checks = verifyFiles(cluster, { now, warnWithin: options.within });
  if (options.live) {
    const { member: members, timeout: timeoutMilliseconds } = options;
    checks.push(...(await verifyLive(cluster, { now, members, timeoutMilliseconds })));
  }
  const report = makeReport(checks);
  if (!report.isGood) setExitCode(exitCodes.findings);
  const shown = options.problems ? checks.filter(({ outcome }) => outcome !== 'pass') : checks;
  if (options.output === 'json') {
    terminal.output.write(`${JSON.stringify({ ...report, checks: shown }, undefined, 2)}\n`);
    return;
  }
  if (shown.length > 0) terminal.output.write(renderChecks(shown, terminal.output));
  terminal.output.write(`${summarizeChecks(checks)}\n`);
}
