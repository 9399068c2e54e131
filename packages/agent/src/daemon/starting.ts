import { nextTurn } from '@seawall/base';
import { buildAhead } from '@seawall/probe';
import type { AgentOptions } from './options.ts';

/*
 * A start takes seconds, most of which this thread works without a pause: whoever wants the agent to end meanwhile is heard between two of
 * its steps.
 */

/** To be called between two steps of a start. @throws the signal's reason */
export async function onward({ signal }: Pick<AgentOptions, 'signal'>): Promise<void> {
  await nextTurn();
  signal?.throwIfAborted();
}

/**
 * Compiles what runs in the kernel where that was not done before: with what denies, since a policy that asks for it may come while the agent
 * runs, and would keep it waiting then.
 * @throws those of opening the probe, and the signal's reason
 */
export async function compileAhead({ signal, log }: Pick<AgentOptions, 'signal' | 'log'>): Promise<void> {
  await buildAhead({
    ...(signal !== undefined && { signal }),
    withEnforcement: true,
    onBuild: (what) => log('info', `compiling ${what} for the kernel: this takes some seconds, once`),
  });
}
