import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { scanCapture } from '../../bench/scan.ts';
import { locateShared } from '../../test/shared.ts';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'replay of the large capture with the 25 stable rules: within 60 bare scans, under 250 MB, the same at 10 times the length';

const root = join(import.meta.dirname, '../..');
const ROUNDS = 3;
/**
 * What V8 lets lie before it collects its old generation for the first time, which one length of the capture does not
 * make it do; from then on the peak stays (watched over 50 million events).
 */
const SAME_MEMORY = 48e6;

interface Case {
  readonly events: number;
  readonly replayMilliseconds: number;
  readonly peakBytes: number;
}

export async function run(): Promise<AcceptanceResult> {
  const packed = locateShared('captures', 'large.scap.gz');
  const rules = locateShared('conformance', 'stock-rules', 'falco_rules.yaml');
  if (!packed || !rules || !existsSync(packed) || !existsSync(rules)) {
    return { skipped: 'needs the large capture and the stock rules (SEAWALL_SHARED)' };
  }
  const folder = mkdtempSync(join(tmpdir(), 'seawall-replay-speed-'));
  try {
    const capture = join(folder, 'large.scap');
    writeFileSync(capture, gunzipSync(readFileSync(packed)));
    const long = join(folder, 'ten-times.scap');
    const scan = Math.min(...Array.from({ length: ROUNDS }, () => scanCapture(capture).seconds));
    const cases = Array.from({ length: ROUNDS }, () => runCase(capture, rules));
    const replay = Math.min(...cases.map(({ replayMilliseconds }) => replayMilliseconds / 1000));
    const peak = Math.max(...cases.map(({ peakBytes }) => peakBytes));
    repeatCapture(capture, long);
    const tenTimes = runCase(long, rules);
    return {
      figure:
        `${(replay / scan).toFixed(1)} scans (${replay.toFixed(2)} s, a scan ${scan.toFixed(3)} s), ` +
        `peak ${megabytes(peak)}, for ${tenTimes.events} events ${megabytes(tenTimes.peakBytes)}`,
      passed: replay <= 60 * scan && peak < 250e6 && tenTimes.peakBytes <= peak + SAME_MEMORY,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runCase(capture: string, rules: string): Case {
  return JSON.parse(runScript('bench/case.ts', [capture, rules], 'pipe')) as Case;
}

function repeatCapture(capture: string, target: string): void {
  const file = openSync(target, 'w');
  runScript('bench/repeat.ts', [capture, '10'], file);
  closeSync(file);
}

function runScript(script: string, parameters: readonly string[], output: 'pipe' | number): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, script, ...parameters],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', output, 'pipe'] },
  );
  if (status !== 0) throw new Error(`${script} failed: ${stderr.slice(-2000)}`);
  return stdout;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
