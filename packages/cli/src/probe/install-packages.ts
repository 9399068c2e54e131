import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { nextTurn } from '@seawall/base';
import type { Terminal } from '../terminal/terminal.ts';

/**
 * Has apt-get install packages, after saying so. Where it fails its lists of packages are fetched, and it is tried again: a fresh machine
 * has none, and old ones name versions that are gone.
 * @param apt apt-get's path.
 * @param why what they are wanted for, as a sentence that is told with the command.
 * @param signal ends it.
 * @returns what apt-get said in the end where it failed; undefined where it did not.
 * @throws the signal's reason
 */
export async function installPackages(
  apt: string,
  packages: readonly string[],
  why: string,
  terminal: Pick<Terminal, 'environment'> & { readonly errors: Pick<Terminal['errors'], 'write'> },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { errors, environment } = terminal;
  const command = installCommand(packages);
  errors.write(`${why}: running ${command} ...\n`);
  if ((await runApt(apt, command, environment, signal)) === undefined) return undefined;
  errors.write('that did not bring it: running apt-get update, and the same again ...\n');
  // Where one of several sources can't be reached it fails, and the others may have been enough.
  await runApt(apt, 'apt-get update', environment, signal);
  return await runApt(apt, command, environment, signal);
}

/** What to type to have the packages. */
export function installCommand(packages: readonly string[]): string {
  return `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/** @returns what it said last where it failed. @throws the signal's reason */
async function runApt(
  apt: string,
  command: string,
  environment: Terminal['environment'],
  signal: AbortSignal,
): Promise<string | undefined> {
  const child = spawn(apt, command.split(' ').slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' },
  });
  const end = (): void => void child.kill();
  signal.addEventListener('abort', end);
  const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  signal.removeEventListener('abort', end);
  // Ctrl-C ends apt-get as well, and may be heard here only after that.
  await nextTurn();
  signal.throwIfAborted();
  return status === 0 ? undefined : (said.trim().split('\n').at(-1) ?? '');
}
