import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect, type TcpNetConnectOpts } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { runTool } from './run-tool.ts';

/** A daemon that a test started, in a folder of its own. */
export interface Daemon {
  readonly pid: number;
  /** Everything it wrote so far. */
  log(): string;
  /** Ends it and waits for its end; twice is once. */
  stop(): Promise<void>;
}

const START_LIMIT = 30_000;
const STOP_LIMIT = 15_000;

/**
 * Starts a daemon and waits until it takes connections.
 * @param socket path of its unix socket, or its address and port.
 * @param logFile takes everything that it writes.
 * @throws with its log when it ends first, or takes longer than half a minute.
 */
export async function startDaemon(
  program: string,
  parameters: readonly string[],
  socket: string | TcpNetConnectOpts,
  logFile: string,
): Promise<Daemon> {
  const descriptor = openSync(logFile, 'a');
  // Should the test be killed, its daemons are told to end.
  const words = ['--pdeathsig=TERM', '--', program, ...parameters];
  const child = spawn('setpriv', words, { stdio: ['ignore', descriptor, descriptor] });
  closeSync(descriptor);
  const log = (): string => readFileSync(logFile, 'utf8');
  const end = performance.now() + START_LIMIT;
  while (!(await isListening(socket))) {
    if (!isRunning(child) || performance.now() > end) {
      child.kill('SIGKILL');
      throw new Error(`${program} did not start:\n${log()}`);
    }
    await sleep(50);
  }
  return { pid: child.pid as number, log, stop: () => endProcess(child) };
}

/** Removes a daemon's folder, with what is still mounted under it. */
export function removeFolder(folder: string): void {
  const mounted = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((place) => place.startsWith(`${folder}/`));
  // What was mounted last lies deepest, and goes first.
  for (const place of mounted.reverse()) runTool('umount', '--lazy', place);
  rmSync(folder, { recursive: true, force: true });
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
  await ended;
  clearTimeout(forced);
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function isListening(socket: string | TcpNetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = typeof socket === 'string' ? connect(socket) : connect(socket);
    connection.once('connect', () => resolve(true));
    connection.once('error', () => resolve(false));
    connection.once('connect', () => connection.destroy());
  });
}
