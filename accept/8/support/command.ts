import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');

export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export interface CommandOptions {
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Kill the process (SIGKILL) after so many milliseconds. */
  readonly killAfter?: number;
  readonly user?: number;
}

/** Runs `seawall ...` in a process of its own, without the bootstrap in front of it, so that a kill hits the command itself. */
export function runSeawall(words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const main = join(root, 'packages', 'cli', 'src', 'main.ts');
    const child = spawn(process.execPath, ['--conditions=seawall-source', main, ...words], {
      cwd: options.directory,
      env: { ...process.env, NO_COLOR: '1', ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.user !== undefined && { uid: options.user, gid: options.user }),
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const timer =
      options.killAfter === undefined
        ? undefined
        : setTimeout(() => child.kill('SIGKILL'), options.killAfter);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output, errors });
    });
  });
}

/** The same, for commands that must succeed. */
export async function seawall(...words: string[]): Promise<string> {
  const { code, output, errors } = await runSeawall(words);
  if (code !== 0) throw new Error(`seawall ${words.join(' ')}: exit code ${code}\n${output}${errors}`);
  return output;
}

/** `etcd-a=127.0.0.1,localhost:PORT/PORT`, as `--members` takes it. */
export function memberText(member: {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly clientPort: number;
  readonly peerPort: number;
}): string {
  return `${member.name}=${member.addresses.join(',')}:${member.clientPort}/${member.peerPort}`;
}
