import { sleep } from '@seawall/base';
import {
  createExpiryWatcher,
  type ExpiryLevel,
  type ExpiryNotice,
  expiryLevel,
  findCertificates,
  findCertificatesAgain,
  type MetricsServer,
  pkiErrors,
  renderMetrics,
  serveMetrics,
  type WatchedCertificate,
} from '@seawall/pki';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { outputOption } from '../output-option.ts';
import { createUntil } from '../probe/until.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { harmless } from '../terminal/harmless.ts';
import { durationOption, parseDuration } from './options.ts';

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
    .addOption(durationOption('--within <duration>', 'how long before the end', '30d'))
    .addOption(durationOption('--interval <duration>', 'how often to look', '1h').argParser(parseInterval))
    .option('--metrics <address>', 'serve GET /metrics for Prometheus, such as 127.0.0.1:9120', parseListen)
    .option(
      '--once',
      'look once; exit code 1 when something ends soon, is over or unreadable, 3 when a path holds no certificate',
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Exit codes: 0 it was ended by a signal, or with --once all is well; 1, with --once, something ends soon, is over or unreadable;
2 wrong usage; 3 metrics can't be served at this address, or, with --once, a path holds no certificate.`,
    )
    .action((paths: string[], options: Options) => watch(context, paths, options));
}

async function watch(context: CommandContext, paths: readonly string[], options: Options): Promise<void> {
  const watcher = createExpiryWatcher(options.within);
  const byPath = paths.map((path) => ({ path, certificates: findCertificates([path]) }));
  const found = byPath.flatMap(({ certificates }) => certificates);
  const missing = withoutCertificates(byPath);
  const look = (certificates: readonly WatchedCertificate[]): void => {
    const now = Date.now();
    for (const notice of watcher.observe(certificates, now)) write(context, notice, options.output, now);
  };
  if (!options.once) {
    if (missing !== undefined) context.terminal.errors.write(`${missing.message}\n`);
    await keepLooking(context, paths, options, found, look);
    return;
  }
  look(found);
  const now = Date.now();
  const isBad = found.some((each) => expiryLevel(each, now, options.within) !== 'good');
  if (isBad) context.setExitCode(exitCodes.findings);
  if (missing !== undefined) throw missing;
}

/** Looks again and again, until it is told to end by a signal. @throws pki/LISTEN_FAILED */
async function keepLooking(
  { terminal }: CommandContext,
  paths: readonly string[],
  { metrics, within, interval }: Options,
  first: readonly WatchedCertificate[],
  look: (certificates: readonly WatchedCertificate[]) => void,
): Promise<void> {
  let found = first;
  const until = createUntil(undefined);
  let server: MetricsServer | undefined;
  try {
    if (metrics !== undefined) {
      server = await serveMetrics(metrics.host, metrics.port, () => renderMetrics(found, within));
      terminal.errors.write(`metrics on ${server.url}\n`);
    }
    while (!until.signal.aborted) {
      look(found);
      await sleep(interval, until.signal);
      if (!until.signal.aborted) found = findCertificatesAgain(paths);
    }
  } finally {
    await server?.close();
    until.release();
  }
}

/** What to say about paths where nothing is watched: a mistyped folder must not pass for one where all is well. */
function withoutCertificates(
  byPath: readonly { readonly path: string; readonly certificates: readonly WatchedCertificate[] }[],
): Error | undefined {
  const empty = byPath.filter(({ certificates }) => certificates.length === 0).map(({ path }) => path);
  return empty.length === 0
    ? undefined
    : pkiErrors.create('NO_CERTIFICATES_UNDER', { paths: empty.join(', ') });
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
  // A certificate's subject is whatever who made it wrote.
  const text = harmless(`${subject ? `${path} (${subject})` : path}: ${message}`);
  terminal.output.write(`${palette.faint(time)} ${paint[level](level.padEnd(10))} ${text}\n`);
}

function parseListen(text: string): { host: string; port: number } {
  const [, host, port] = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) throw new InvalidArgumentError('write ADDRESS:PORT');
  return { host: host || '127.0.0.1', port: Number(port) };
}

/** Reads a duration of a second at least: with none it would do nothing but look. */
function parseInterval(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds < 1000) throw new InvalidArgumentError('write a second (1s) or more');
  return milliseconds;
}
