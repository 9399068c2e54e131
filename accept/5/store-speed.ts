import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { MeasuredQuestion, MeasuredStore } from '../../bench/store.ts';
import type { AcceptanceResult } from '../row.ts';

export const title = '1 million findings stored: list, filter, search and zoom in under 50 ms median';

const FINDINGS = 1_000_000;
const MOST_MILLISECONDS = 50;
const BENCHMARK = join(import.meta.dirname, '..', '..', 'bench', 'store.ts');

export async function run(): Promise<AcceptanceResult> {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, BENCHMARK, '--json', '--findings', String(FINDINGS)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the benchmark failed: ${stderr.slice(-2000)}`);
  const { month, burst, questions, bytes }: MeasuredStore = JSON.parse(stdout);
  for (const { kind, name, median, clockMedian } of questions) {
    process.stdout.write(
      `  ${kind}: ${name}: median ${median.toFixed(1)} ms of processor time, ${clockMedian.toFixed(1)} ms by the clock\n`,
    );
  }
  const kinds = [...Map.groupBy(questions, ({ kind }) => kind)].map(
    ([kind, members]) => `${kind} ${slowestOf(members).median.toFixed(0)} ms`,
  );
  const slow = questions.filter(({ median }) => median >= MOST_MILLISECONDS);
  const figure =
    `slowest median of each kind, of processor time: ${kinds.join(', ')}; ${(bytes / 1e6).toFixed(0)} MB; ` +
    `${month.findingsPerSecond.toFixed(0)} findings stored a second of processor time, ${burst.findingsPerSecond.toFixed(0)} in a burst` +
    (slow.length === 0 ? '' : `; too slow: ${slow.map(({ name }) => name).join(', ')}`);
  return { figure, passed: slow.length === 0 };
}

function slowestOf(questions: readonly MeasuredQuestion[]): MeasuredQuestion {
  return questions.reduce((slowest, question) => (question.median > slowest.median ? question : slowest));
}
