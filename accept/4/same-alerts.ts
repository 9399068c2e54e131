import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeSupport } from '@seawall/probe';
import { locateShared } from '../../test/shared.ts';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'recording this machine while a script misbehaves (at least 300 alerts from at least 25 rules), then replaying the file: the same alerts as live, one by one';

const MAIN = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'src', 'main.ts');
const TIMES = 12;

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const stock = locateShared('conformance', 'stock-rules');
  if (stock === undefined) return { skipped: 'the stock rules are absent (SEAWALL_SHARED)' };
  const names = ['falco_rules', 'falco-incubating_rules', 'falco-sandbox_rules'];
  const rules = names.map((name) => join(stock, `${name}.yaml`));
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  try {
    const capture = join(folder, 'recorded.scap');
    const work = join(folder, 'work');
    mkdirSync(work);
    const words = ['watch', '--rules', ...rules, '--output', 'json', '--summary', 'none'];
    const live = startCommand([...words, '--record', capture]);
    await live.isWatching;
    const script = join(import.meta.dirname, 'support', 'misbehave.sh');
    spawnSync('bash', [script, work, String(TIMES)], { stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    live.process.kill('SIGINT');
    const seenLive = alertsOf(await live.output);
    const replay = startCommand([...words, '--capture', capture]);
    const replayed = alertsOf(await replay.output);
    const firing = new Set(seenLive.map((line) => (JSON.parse(line) as { rule: string }).rule));
    const differing = seenLive.findIndex((line, index) => line !== replayed[index]);
    const isSame = differing === -1 && seenLive.length === replayed.length;
    const figure = `${seenLive.length} alerts from ${firing.size} rules live, ${replayed.length} replayed, ${isSame ? 'the same' : `different from the ${differing + 1}. on: ${seenLive[differing]} / ${replayed[differing]}`}`;
    return { figure, passed: isSame && seenLive.length >= 300 && firing.size >= 25 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Command {
  readonly process: ChildProcess;
  /** Settles when it says that it watches. */
  readonly isWatching: Promise<void>;
  /** Standard output, when it has ended. */
  readonly output: Promise<string>;
}

function startCommand(words: readonly string[]): Command {
  const child = spawn(process.execPath, [...process.execArgv, MAIN, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString('latin1');
  });
  const isWatching = new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes('watching this machine')) resolve();
    });
    child.on('close', () => reject(new Error(`it ended: ${said}`)));
  });
  isWatching.catch(() => undefined);
  return {
    process: child,
    isWatching,
    output: new Promise((resolve) => {
      child.on('close', () => resolve(output));
    }),
  };
}

function alertsOf(output: string): readonly string[] {
  return output.split('\n').filter((line) => line.startsWith('{'));
}
