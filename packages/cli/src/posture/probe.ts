import { createSecureContext } from 'node:tls';
import {
  type ClientCertificate,
  PROBE_KINDS,
  type ProbeResult,
  parseTarget,
  postureErrors,
  probeRights,
  probeTarget,
} from '@seawall/posture';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { renderTable } from '../terminal/table.ts';
import type { OutputStream } from '../terminal/terminal.ts';
import { readUserFile } from './options.ts';

/** Options of everything that probes. */
export interface ProbeCommandOptions {
  readonly certificate?: string;
  readonly key?: string;
  readonly expiredCertificate?: string;
  readonly expiredKey?: string;
  readonly timeout: number;
}

/** Adds the options that probes share. */
export function addProbeOptions(command: Command): Command {
  return command
    .option(
      '--certificate <file>',
      'a certificate that should be let in, such as apiserver-kubelet-client.crt',
    )
    .option('--key <file>', 'its key; used to sign, never sent')
    .option('--expired-certificate <file>', 'a certificate of the right authority that is past its day')
    .option('--expired-key <file>', 'its key')
    .option('--timeout <seconds>', 'how long one request may take', parseTimeout, 3);
}

function parseTimeout(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 60)) throw new InvalidArgumentError('Give seconds, at most 60.');
  return seconds;
}

/** Timers take whole milliseconds, and at least one. */
export function millisecondsOf({ timeout }: ProbeCommandOptions): number {
  return Math.max(Math.round(timeout * 1000), 1);
}

/** `seawall posture probe KIND=HOST:PORT...` */
export function addProbeCommand(parent: Command, context: CommandContext): void {
  addProbeOptions(
    parent
      .command('probe <target...>')
      .description(
        `ask the servers themselves: ${PROBE_KINDS.map((kind) => `${kind}=HOST:PORT`).join(', ')}`,
      ),
  )
    .addOption(outputOption())
    .action(
      async (
        targets: readonly string[],
        options: ProbeCommandOptions & { readonly output: OutputFormat },
      ) => {
        const results = await runProbes(targets, options);
        const { output } = context.terminal;
        if (options.output === 'json') output.write(`${JSON.stringify(results, undefined, 2)}\n`);
        else output.write(renderProbes(results, output));
        if (results.some(({ status }) => status === 'FAIL')) context.setExitCode(exitCodes.findings);
      },
    );
}

/** Asks the named targets, and nobody else. */
export async function runProbes(
  targets: readonly string[],
  options: ProbeCommandOptions,
): Promise<readonly ProbeResult[]> {
  const client = readPair(options.certificate, options.key);
  const expired = readPair(options.expiredCertificate, options.expiredKey);
  const timeoutMilliseconds = millisecondsOf(options);
  const results: ProbeResult[] = [];
  for (const target of targets.map(parseTarget)) {
    results.push(
      ...(await probeTarget(target, {
        timeoutMilliseconds,
        now: Date.now(),
        ...(client === undefined ? {} : { client }),
        ...(expired === undefined ? {} : { expired }),
      })),
    );
    if (target.kind === 'apiserver' && client !== undefined) {
      results.push(...(await probeRights(target, { client }, timeoutMilliseconds)));
    }
  }
  return results;
}

/**
 * A certificate with its key, tried out before any server is asked. Throws `posture/CERTIFICATE_WITHOUT_KEY`,
 * `posture/CERTIFICATE_UNUSABLE` and `posture/FILE_UNREADABLE`.
 */
export function readPair(
  certificate: string | undefined,
  key: string | undefined,
): ClientCertificate | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw postureErrors.create('CERTIFICATE_WITHOUT_KEY', { path: certificate ?? key });
  }
  const pair = { certificate: readUserFile(certificate), key: readUserFile(key) };
  try {
    createSecureContext({ cert: pair.certificate, key: pair.key });
  } catch (error) {
    const { message: reason } = error as Error;
    throw postureErrors.create('CERTIFICATE_UNUSABLE', { certificate, key, reason }, error);
  }
  return pair;
}

/** The answers as a table. */
export function renderProbes(results: readonly ProbeResult[], { palette }: OutputStream): string {
  const paint = {
    PASS: palette.good,
    FAIL: palette.bad,
    UNKNOWN: palette.warning,
    'NOT APPLICABLE': palette.faint,
  };
  const columns = ['STATUS', 'PROBE', 'TARGET', 'WHAT', 'ANSWER'].map((title) => ({ title }));
  return renderTable(
    columns,
    results.map(({ status, probe, target, reason, answer }) => [
      { text: status, paint: paint[status] },
      probe,
      target,
      reason,
      answer,
    ]),
  );
}
