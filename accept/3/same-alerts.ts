import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { containerInfoOf } from '@seawall/agent';
import { readContainerMetadata } from '@seawall/kube';
import { runCases } from '../../conformance/regression/run-cases.ts';
import { locateShared } from '../../test/shared.ts';
import type { AcceptanceResult } from '../row.ts';
import { type ComparedAlerts, type ComparedCapture, compareAlerts } from './support/compare-alerts.ts';
import { loadSyscallRules, type RunnableRule, readRuleFiles, stockRuleFiles } from './support/stock-rules.ts';

export const title =
  "alerts on every shared capture and every regression case: identical to the interpreter's and to Falco's";

/** Of the large capture so many events are compared: enough for each of its kinds. */
const MAXIMUM_EVENTS = 1_000_000;

const root = join(import.meta.dirname, '../..');

/** All stock rules, those that are disabled too, and ours; of the stock rules Falco recorded what it says. */
export async function run(): Promise<AcceptanceResult> {
  const shared = locateShared();
  const stockFiles = stockRuleFiles();
  if (shared === undefined || stockFiles === undefined) {
    return { skipped: 'there are no shared captures and stock rules (set SEAWALL_SHARED)' };
  }
  const own = globSync('rules/*.yaml', { cwd: root }).map((name) => join(root, name));
  const rules = [
    ...loadSyscallRules(readRuleFiles(stockFiles), true),
    ...loadSyscallRules(readRuleFiles(own), true),
  ];
  const stockCount = loadSyscallRules(readRuleFiles(stockFiles), true).length;
  const stock = new Set(rules.slice(0, stockCount));
  const problems: string[] = [];
  let captures = 0;
  let events = 0;
  let alerts = 0;
  let recorded = 0;
  for (const path of globSync('{conformance/captures,captures}/**/*.{scap,scap.gz}', {
    cwd: shared,
  }).sort()) {
    const compared = await compareAlerts(rules, describeCapture(join(shared, path)));
    captures += 1;
    events += compared.events;
    alerts += compared.alerts.length;
    problems.push(...compared.differences.map((difference) => `${basename(path)}: ${difference}`));
    const falco = join(shared, path.replace(/\.scap(?:\.gz)?$/, '.falco.jsonl'));
    if (!existsSync(falco)) continue;
    const expected = countsOfFalco(falco);
    recorded += [...expected.values()].reduce((sum, count) => sum + count, 0);
    problems.push(...compareCounts(basename(path), countsAsFalco(compared, stock), expected));
  }
  const cases = await runCases(join(shared, 'conformance'), ({ falco_0_44 }) => falco_0_44 !== undefined);
  problems.push(...cases.failures.map(({ name }) => `regression case ${name}`));
  return {
    figure: [
      `${rules.length} rules on ${captures} captures with ${events} events: ${alerts} alerts, compiled and interpreted`,
      `${recorded} recorded alerts of Falco's, by rule`,
      `${cases.passed} of ${cases.total} regression cases`,
      ...(problems.length === 0 ? ['no difference'] : problems.slice(0, 10)),
    ].join('; '),
    passed: problems.length === 0 && captures > 0 && recorded > 0,
  };
}

function describeCapture(path: string): ComparedCapture {
  const metadata = path.replace(/\.scap(?:\.gz)?$/, '.containers.json.gz');
  const records = existsSync(metadata)
    ? readContainerMetadata(gunzipSync(readFileSync(metadata)), basename(metadata))
    : [];
  return { path, containers: records.map(containerInfoOf), maximumEvents: MAXIMUM_EVENTS };
}

function countsOfFalco(path: string): Map<string, number> {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return countNames(lines.map((line) => (JSON.parse(line) as { rule: string }).rule));
}

/** Falco runs the rules that are enabled, and of those only the first that matches an event alerts. */
function countsAsFalco({ alerts }: ComparedAlerts, stock: ReadonlySet<RunnableRule>): Map<string, number> {
  const told = new Set<number>();
  const first = alerts.filter(({ event, rule }) => {
    if (!rule.isEnabled || !stock.has(rule) || told.has(event)) return false;
    told.add(event);
    return true;
  });
  return countNames(first.map(({ rule }) => rule.name));
}

function countNames(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function compareCounts(
  capture: string,
  found: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
): string[] {
  return [...new Set([...found.keys(), ...expected.keys()])]
    .filter((rule) => found.get(rule) !== expected.get(rule))
    .map((rule) => `${capture}: ${rule}: ${found.get(rule) ?? 0} times, Falco ${expected.get(rule) ?? 0}`);
}
