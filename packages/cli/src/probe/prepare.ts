import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { nextTurn } from '@seawall/base';
import { BUILD_PACKAGES, missingBuildTools, probeSupport } from '@seawall/probe';
import type { Terminal } from '../terminal/terminal.ts';

/** Where apt-get is, on the machines that have it. */
const APT = '/usr/bin/apt-get';

/**
 * Makes this machine ready to be watched live: installs what building the probe takes, after saying so.
 * @param signal ends what is being installed.
 * @returns why it can not be watched; undefined when it can.
 * @throws the signal's reason
 */
export async function prepareLive(
  { errors, environment }: Terminal,
  signal: AbortSignal,
): Promise<string | undefined> {
  const support = probeSupport();
  if (!support.isSupported) return support.reason;
  const missing = missingBuildTools();
  if (missing.length === 0) return undefined;
  const command = `apt-get install -y --no-install-recommends ${BUILD_PACKAGES.join(' ')}`;
  const wanted = `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing to build the probe`;
  if (!existsSync(APT)) return `${wanted}; on Debian or Ubuntu: ${command}`;
  errors.write(`${wanted}: running ${command} ...\n`);
  const child = spawn(APT, command.split(' ').slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' },
  });
  const end = (): void => void child.kill();
  signal.addEventListener('abort', end);
  const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  signal.removeEventListener('abort', end);
  // Ctrl-C ends apt-get as well, and may be heard here only after that.
  await nextTurn();
  signal.throwIfAborted();
  if (status === 0 && missingBuildTools().length === 0) return undefined;
  return `${wanted}, and "${command}" did not bring it: ${stderr.trim().split('\n').at(-1) ?? ''}`;
}
