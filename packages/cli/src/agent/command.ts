import type { Alert } from '@seawall/agent';
import {
  type AgentConfiguration,
  checkFiles,
  checkSet,
  type LogLevel,
  readConfiguration,
  startAgent,
} from '@seawall/agent/daemon';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { errors } from '../errors.ts';
import { countOf, countText } from '../number-text.ts';
import { prepareLive } from '../probe/prepare.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { harmlessLines } from '../terminal/harmless.ts';
import { onStopSignal } from '../terminal/stop-signals.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { dropCapabilities } from './drop-capabilities.ts';

/** `seawall agent`: the daemon of a node. */
export function defineAgent(agent: Command, context: CommandContext): void {
  agent
    .requiredOption('--config <file>', 'what it is told: seawall.yaml')
    .option('--check', 'read configuration, rules and policies, say what is wrong with them, and end', false)
    .addHelpText(
      'after',
      `
Signals: SIGHUP takes over rules and policies as they are on disk and opens outputs anew; SIGTERM and SIGINT end in order.
Exit codes: 0 it was stopped, or the recording was read to its end; 1 rules or policies have errors; 2 wrong usage or
configuration; 3 it could not do its work, and is to be started anew.`,
    )
    .action(async ({ config, check }: Options) => {
      const configuration = readConfiguration(config);
      if (check) checkAgent(context, configuration);
      else {
        dropCapabilities(context.terminal);
        // A node is watched over whoever reads what the agent writes.
        context.terminal.outliveReaders?.();
        await runAgent(context, configuration);
      }
    });
}

interface Options {
  readonly config: string;
  readonly check: boolean;
}

function checkAgent({ terminal, setExitCode }: CommandContext, configuration: AgentConfiguration): void {
  checkFiles(configuration);
  const { set, messages } = checkSet(configuration);
  for (const message of messages) terminal.errors.write(`${message}\n`);
  if (set === undefined) {
    setExitCode(exitCodes.findings);
    return;
  }
  const { rules, policies, channels } = set;
  const parts = [
    countOf(rules.length, 'rule'),
    countOf(policies.policies.length, 'policy', 'policies'),
    countOf(channels.length, 'channel'),
  ];
  terminal.output.write(`the agent can start with this: ${parts.join(', ')}\n`);
}

export interface RunOptions {
  /** Ends it, in place of the signals of the system: those are then the caller's to hear. */
  readonly signal?: AbortSignal;
  /** Called with each alert whose finding is stored. */
  readonly onAlert?: (alert: Alert) => void;
  /** Called when everything is on. */
  readonly onWatching?: () => void;
}

/** Runs an agent until it is told to end, or its recording has. */
export async function runAgent(
  { terminal }: CommandContext,
  configuration: AgentConfiguration,
  { signal, onAlert, onWatching }: RunOptions = {},
): Promise<void> {
  if (configuration.source.capture === undefined) {
    const obstacle = prepareLive(terminal);
    if (obstacle !== undefined) throw errors.create('NOT_LIVE', { obstacle });
  }
  const agent = await startAgent({
    configuration,
    environment: terminal.environment,
    ...(onAlert !== undefined && { onAlert }),
    ...(onWatching !== undefined && { onWatching }),
    log: (level, message) => writeLog(terminal, level, message),
  });
  const log = (message: string): void => writeLog(terminal, 'info', message);
  log(`health and metrics: http://${agent.address}/readyz, /metrics`);
  if (agent.auditUrl !== undefined) log(`audit events are taken at ${agent.auditUrl}`);
  const reload = (): void => {
    agent.reload().catch((error: unknown) => writeLog(terminal, 'error', String(error)));
  };
  process.on('SIGHUP', reload);
  const told = Promise.withResolvers<void>();
  const release = signal === undefined ? onStopSignal(['SIGTERM', 'SIGINT'], told.resolve) : undefined;
  if (signal?.aborted) told.resolve();
  else signal?.addEventListener('abort', () => told.resolve());
  try {
    await Promise.race([told.promise, agent.done]);
  } finally {
    process.removeListener('SIGHUP', reload);
    const { hotLoop, ledger } = await agent.status();
    await agent.stop();
    release?.();
    const { seen, dropped } = hotLoop.accounting;
    log(
      `ended: ${countOf(seen, 'event')} seen, ${countText(dropped)} lost, ${countOf(ledger.stored, 'finding')} stored`,
    );
  }
}

function writeLog({ errors: stream }: Terminal, level: LogLevel, message: string): void {
  const { palette } = stream;
  const paint = { info: palette.faint, warning: palette.warning, error: palette.bad }[level];
  for (const line of harmlessLines(message).split('\n')) {
    stream.write(`${palette.faint(new Date().toISOString())} ${paint(level)} ${line}\n`);
  }
}
