import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { dropCapabilities } from './drop-capabilities.ts';
import { hearAgentSignals } from './signals.ts';

/** `seawall agent`: the daemon of a node. */
export function defineAgent(agent: Command, context: CommandContext): void {
  agent
    .requiredOption('--config <file>', 'what it is told: seawall.yaml')
    .option('--check', 'read configuration, rules and policies, say what is wrong with them, and end', false)
    .addHelpText(
      'after',
      `
Signals: SIGHUP takes over rules and policies as they are on disk and opens outputs anew; SIGTERM and SIGINT end in order, also while
it starts; a second one ends at once.
Exit codes: 0 it was stopped, or the recording was read to its end; 1 rules or policies have errors,
and none that ran before were kept; 2 wrong usage or configuration; 3 it could not do its work, and is to be started anew.`,
    )
    .action(({ config, check }: Options) =>
      check ? checkAgent(context, config) : watchOver(context, config),
    );
}

interface Options {
  readonly config: string;
  readonly check: boolean;
}

// What an agent is made of takes a while to load. What it doesn't need of root's rights is given up before, for this process begins anew
// then; and so that who wants it to end is heard from early on, that follows.

async function checkAgent(context: CommandContext, path: string): Promise<void> {
  const { checkConfiguration } = await import('./check.ts');
  checkConfiguration(context, path);
}

async function watchOver({ terminal }: CommandContext, path: string): Promise<void> {
  dropCapabilities(terminal);
  const signals = hearAgentSignals();
  try {
    // A node is watched over whoever reads what the agent writes.
    terminal.outliveReaders?.();
    const { readConfiguration } = await import('@seawall/agent/daemon');
    const { runAgent } = await import('./run.ts');
    await runAgent({ terminal }, readConfiguration(path), {
      signal: signals.stop,
      onReload: signals.onReload,
    });
  } finally {
    signals.release();
    terminal.leaveReaders?.();
  }
}
