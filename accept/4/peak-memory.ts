import { probeSupport } from '@seawall/probe';
import type { AcceptanceResult } from '../row.ts';
import { peakMemory, runToEnd, stableRules, startWatching, withMeasure } from './support/watching.ts';

export const title = 'peak memory live, 25 rules: at most 150 MB';

const LIMIT = 150_000_000;
const LOADS = [
  ['open', '2000000'],
  ['connect', '100000'],
  ['fork', '1000'],
] as const;

/**
 * What counts is not the first start: after any change to a checkout that one loads what turns TypeScript into JavaScript,
 * which keeps some 20 MB; compiled code is kept for those after it, and installed packages have no TypeScript.
 */
export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const rules = stableRules();
  if (rules === undefined) return { skipped: 'the stock rules are absent (SEAWALL_SHARED)' };
  return withMeasure(async (measure) => {
    const words = ['--rules', rules, '--summary', 'none'];
    await (await startWatching(words)).end();
    const watching = await startWatching(words);
    try {
      const peaks = [`at the start ${megabytes(peakMemory(watching.process))}`];
      for (const load of LOADS) {
        await runToEnd(measure, load);
        peaks.push(`after ${load.join(' ')} ${megabytes(peakMemory(watching.process))}`);
      }
      const passed = peakMemory(watching.process) <= LIMIT;
      return { figure: `${peaks.join(', ')} MB`, passed };
    } finally {
      await watching.end();
    }
  });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
