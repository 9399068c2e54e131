import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeClusterCertificates } from '../../packages/posture/src/fixtures/certificates.ts';
import { hardenedNode } from '../../packages/posture/src/fixtures/hardened.ts';
import type { AcceptanceResult } from '../row.ts';

export const title = 'a whole run on a node without probes: under 1 s and under 150 MB';

const RUNS = 5;

export async function run(): Promise<AcceptanceResult> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-whole-run-'));
  try {
    const { files } = await makeClusterCertificates(Date.now());
    for (const [path, { text }] of Object.entries(hardenedNode(files))) {
      const target = join(folder, path);
      mkdirSync(text === undefined ? target : dirname(target), { recursive: true });
      if (text !== undefined) writeFileSync(target, text);
    }
    const folderRun = measure(['--config-root', folder]);
    const nodeRun = measure([]);
    const slowest = Math.max(folderRun.milliseconds, nodeRun.milliseconds);
    const largest = Math.max(folderRun.megabytes, nodeRun.megabytes);
    return {
      figure: `median of ${RUNS}: this node ${nodeRun.milliseconds} ms and ${nodeRun.megabytes} MB, a full control plane's files ${folderRun.milliseconds} ms and ${folderRun.megabytes} MB`,
      passed: slowest < 1000 && largest < 150,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The whole process from start to end, `seawall check` as a person starts it; memory is the largest resident size. */
function measure(extra: readonly string[]): { milliseconds: number; megabytes: number } {
  const main = join(import.meta.dirname, '../../packages/cli/src/main.ts');
  const flags = ['--conditions=seawall-source', '--disable-warning=ExperimentalWarning'];
  // Said on exit by the process itself, on a descriptor of its own: neither output nor code of the command is touched.
  const report = `data:text/javascript,process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS))`;
  const times: number[] = [];
  let peak = 0;
  for (let index = 0; index < RUNS; index += 1) {
    const start = performance.now();
    const result = spawnSync(process.execPath, [...flags, '--import', report, main, 'check', ...extra], {
      encoding: 'utf8',
    });
    times.push(performance.now() - start);
    peak = Math.max(peak, Number(/peak (\d+)/.exec(result.stderr)?.[1] ?? Number.NaN));
    if (!/passed/.test(result.stdout)) throw new Error(`seawall check failed: ${result.stderr}`);
  }
  const median = times.sort((left, right) => left - right)[Math.floor(RUNS / 2)]!;
  return { milliseconds: Math.round(median), megabytes: Math.round(peak / 1024) };
}
