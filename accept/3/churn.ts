import { churnProcesses, churnRules, heapPeaks } from '../../test/process-churn.ts';
import type { AcceptanceResult } from '../row.ts';
import { catalogue, loadSyscallRules, readRuleFiles, stockRuleFiles } from './support/stock-rules.ts';

export const title = 'process churn: 100,000 short processes, memory flat after warm-up';

const PROCESSES = 100_000;
const SAMPLES = 50;
/** What values and classes, filled and emptied again and again, may differ by when the samples are taken: 80 bytes a process. */
const TOLERANCE = 4_000_000;
const REMEMBERED_RESIDUES = 8192;

export async function run(): Promise<AcceptanceResult> {
  const stock = readRuleFiles(stockRuleFiles() ?? []);
  const rules = loadSyscallRules([...stock, { name: 'chosen.yaml', content: churnRules() }], true);
  const report = churnProcesses({ processes: PROCESSES, samples: SAMPLES, rules, catalogue });
  const { before, after } = heapPeaks(report);
  const { mostResidues, timesForgotten, samples } = report;
  const threads = Math.max(...samples.map((sample) => sample.threads));
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  return {
    figure:
      `${rules.length} rules; heap at most ${megabytes(before)} in the first half, ${megabytes(after)} in the second; ` +
      `at most ${mostResidues} residues, ${timesForgotten} times forgotten; ${threads} threads in the tables`,
    passed: after <= before + TOLERANCE && mostResidues <= REMEMBERED_RESIDUES && threads <= 3,
  };
}
