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

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const rules = stableRules();
  if (rules === undefined) return { skipped: 'the stock rules are absent (SEAWALL_SHARED)' };
  return withMeasure(async (measure) => {
    const watching = await startWatching(['--rules', rules, '--summary', 'none']);
    try {
      const peaks = [`at the start ${megabytes(peakMemory(watching.process))}`];
      for (const words of LOADS) {
        await runToEnd(measure, words);
        peaks.push(`after ${words.join(' ')} ${megabytes(peakMemory(watching.process))}`);
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
