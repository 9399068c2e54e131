import type { Alert } from '@seawall/agent';
import { type Agent, type AgentConfiguration, type LogLevel, startAgent } from '@seawall/agent/daemon';
import { nextTurn, reasonOf } from '@seawall/base';
import type { CommandContext } from '../command-context.ts';
import { errors } from '../errors.ts';
import { countOf, countText } from '../number-text.ts';
import { prepareLive } from '../probe/prepare.ts';
import { harmlessLines } from '../terminal/harmless.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { AgentSignals } from './signals.ts';

export interface RunOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Tells when rules and policies are to be taken over as they are on disk. */
  readonly onReload?: AgentSignals['onReload'];
  /** Whether somebody waits for it at a terminal: rules that do not load end its start. */
  readonly isAttended?: boolean;
  /** Called with each alert whose finding is stored. */
  readonly onAlert?: (alert: Alert) => void;
  /** Called when everything is on. */
  readonly onWatching?: () => void;
}

/**
 * Runs an agent until it is told to end, also while it starts, or its recording has come to its end.
 * @throws cli/NOT_LIVE, and those of starting an agent
 */
export async function runAgent(
  { terminal }: Pick<CommandContext, 'terminal'>,
  configuration: AgentConfiguration,
  options: RunOptions,
): Promise<void> {
  const log = logOn(terminal);
  const agent = await startUnlessStopped(terminal, configuration, options, log);
  if (agent === undefined) {
    log('info', 'ended while it was starting');
    return;
  }
  options.onReload?.(() => {
    agent.reload().catch((error: unknown) => log('error', reasonOf(error)));
  });
  await runUntil(agent, options.signal, log);
}

/** @returns undefined where it was told to end before it had started */
async function startUnlessStopped(
  terminal: Terminal,
  configuration: AgentConfiguration,
  { signal, isAttended, onAlert, onWatching }: RunOptions,
  log: Log,
): Promise<Agent | undefined> {
  try {
    if (configuration.source.capture === undefined) {
      const obstacle = await prepareLive(terminal, signal);
      if (obstacle !== undefined) throw errors.create('NOT_LIVE', { obstacle });
    }
    return await startAgent({
      ...{ configuration, signal, log },
      environment: terminal.environment,
      ...(isAttended !== undefined && { isAttended }),
      ...(onAlert !== undefined && { onAlert }),
      ...(onWatching !== undefined && { onWatching }),
    });
  } catch (error) {
    // Ctrl-C ends what this process has started as well: the failure of that may be noticed before the signal is.
    await nextTurn();
    if (!signal.aborted) throw error;
    if (error !== signal.reason) log('warning', `while ending: ${reasonOf(error)}`);
    return undefined;
  }
}

async function runUntil(agent: Agent, signal: AbortSignal, log: Log): Promise<void> {
  log('info', `health and metrics: http://${agent.address}/readyz, /metrics`);
  if (agent.auditUrl !== undefined) log('info', `audit events are taken at ${agent.auditUrl}`);
  try {
    await Promise.race([abortOf(signal), agent.done]);
  } finally {
    const { hotLoop, ledger } = await agent.status();
    await agent.stop();
    const { seen, dropped } = hotLoop.accounting;
    const counts = `${countOf(seen, 'event')} seen, ${countText(dropped)} lost, ${countOf(ledger.stored, 'finding')} stored`;
    log('info', `ended: ${counts}`);
  }
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}

type Log = (level: LogLevel, message: string) => void;

function logOn({ errors: stream }: Terminal): Log {
  const { palette } = stream;
  const paints = { info: palette.faint, warning: palette.warning, error: palette.bad };
  return (level, message) => {
    for (const line of harmlessLines(message).split('\n')) {
      stream.write(`${palette.faint(new Date().toISOString())} ${paints[level](level)} ${line}\n`);
    }
  };
}
