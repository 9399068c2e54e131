import { setTimeout as sleep } from 'node:timers/promises';
import {
  createExpiryWatcher,
  type ExpiryLevel,
  type ExpiryNotice,
  expiryLevel,
  findCertificates,
  renderMetrics,
  serveMetrics,
} from '@seawall/pki';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { parseDuration } from './options.ts';

interface Options {
  readonly within: number;
  readonly interval: number;
  readonly metrics?: { readonly host: string; readonly port: number };
  readonly once?: boolean;
  readonly output: OutputFormat;
}

/** `seawall pki watch` */
export function addWatchCommand(parent: Command, context: CommandContext): void {
  parent
    .command('watch')
    .description(
      'warn before certificates end: a line when something changes, once a day while it lasts, and metrics',
    )
    .argument('<path...>', 'certificate files, or folders to search')
    .option('--within <duration>', 'how long before the end', parseDuration, 30 * 86_400_000)
    .option('--interval <duration>', 'how often to look', parseDuration, 3_600_000)
    .option('--metrics <address>', 'serve GET /metrics for Prometheus, such as 127.0.0.1:9120', parseListen)
    .option('--once', 'look once; exit code 1 when something ends soon, is over or unreadable')
    .addOption(outputOption())
    .action((paths: string[], options: Options) => watch(context, paths, options));
}

async function watch(context: CommandContext, paths: readonly string[], options: Options): Promise<void> {
  const watcher = createExpiryWatcher(options.within);
  let found = findCertificates(paths);
  if (options.metrics !== undefined && !options.once) {
    const { host, port } = options.metrics;
    const server = await serveMetrics(host, port, () => renderMetrics(found, options.within));
    context.terminal.errors.write(
      `metrics on http://${host}:${(server.address() as { port: number }).port}/metrics\n`,
    );
  }
  for (;;) {
    const now = Date.now();
    for (const notice of watcher.observe(found, now)) write(context, notice, options.output, now);
    if (options.once) {
      const isBad = found.some((each) => expiryLevel(each, now, options.within) !== 'good');
      if (isBad) context.setExitCode(exitCodes.findings);
      return;
    }
    await sleep(options.interval);
    found = findCertificates(paths);
  }
}

function write({ terminal }: CommandContext, notice: ExpiryNotice, output: OutputFormat, now: number): void {
  const { level, message, certificate } = notice;
  const { path, subject, notAfter } = certificate;
  const time = new Date(now).toISOString();
  if (output === 'json') {
    const ends = notAfter === undefined ? null : new Date(notAfter).toISOString();
    terminal.output.write(`${JSON.stringify({ time, level, path, subject, ends, message })}\n`);
    return;
  }
  const { palette } = terminal.output;
  const paint: Record<ExpiryLevel, (text: string) => string> = {
    good: palette.good,
    soon: palette.warning,
    expired: palette.bad,
    unreadable: palette.bad,
  };
  const name = subject ? `${path} (${subject})` : path;
  terminal.output.write(`${palette.faint(time)} ${paint[level](level.padEnd(10))} ${name}: ${message}\n`);
}

function parseListen(text: string): { host: string; port: number } {
  const [, host, port] = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) throw new InvalidArgumentError('write ADDRESS:PORT');
  return { host: host || '127.0.0.1', port: Number(port) };
}
