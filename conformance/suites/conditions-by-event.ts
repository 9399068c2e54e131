import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSeawall } from '../regression/run-seawall.ts';
import type { Failure, Suite } from '../suite.ts';

interface Run {
  /** Name of a capture of the conformance data. */
  readonly capture: string;
  /** The rules of one run, which share what is worked out for them: each condition, and the events it alerts on. */
  readonly rules: readonly (readonly [condition: string, events: string])[];
}

/** Lists of numbers that are longer than this are told by their count and a digest. */
const LONGEST_TOLD = 40;

export const suite: Suite = {
  file: 'conditions-by-event',
  title: 'random conditions, many to a run, hold for the events that Falco 0.44 alerts on',
  async run(folder) {
    const path = join(import.meta.dirname, '..', 'conditions-by-event.json');
    const { runs } = JSON.parse(await readFile(path, 'utf8')) as { readonly runs: readonly Run[] };
    const failures: Failure[] = [];
    let total = 0;
    for (const { capture, rules } of runs) {
      total += rules.length;
      const events = await findEvents(
        join(folder, 'captures', `${capture}.scap`),
        rules.map(([condition]) => condition),
      );
      for (const [index, [condition, expected]] of rules.entries()) {
        const actual = tellEvents(events[index] as readonly number[]);
        if (actual !== expected)
          failures.push({ name: `${capture}: ${condition}`, detail: `${actual} instead of ${expected}` });
      }
    }
    return { passed: total - failures.length, total, failures };
  },
};

/** By condition: the numbers of the events that it holds for, as alerts tell them. */
async function findEvents(capture: string, conditions: readonly string[]): Promise<readonly number[][]> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-conditions-'));
  try {
    const rules = join(folder, 'rules.yaml');
    writeFileSync(rules, conditions.map(ruleOf).join(''));
    const words = ['watch', '--capture', capture, '--rules', rules, '--without', 'container'];
    const { exitCode, stdout, stderr } = await runSeawall(words, { TZ: 'UTC' });
    if (exitCode !== 0) throw new Error(stderr);
    const events: number[][] = conditions.map(() => []);
    for (const [, index, number] of stdout.matchAll(/ R(\d+) (\d+)$/gm))
      events[Number(index)]?.push(Number(number));
    return events;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function ruleOf(condition: string, index: number): string {
  return `- rule: R${index}\n  desc: d\n  condition: ${JSON.stringify(condition)}\n  output: R${index} %evt.num\n  priority: INFO\n`;
}

/** Numbers as ranges (`3-5,9`), or their count and a digest of them. */
function tellEvents(numbers: readonly number[]): string {
  const ranges: { readonly from: number; to: number }[] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && number === last.to + 1) last.to = number;
    else ranges.push({ from: number, to: number });
  }
  const text = ranges.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join();
  if (text.length <= LONGEST_TOLD) return text;
  return `${numbers.length}:${createHash('sha1').update(numbers.join()).digest('hex').slice(0, 10)}`;
}
