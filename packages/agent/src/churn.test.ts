import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSyscallCatalogue, type EventContext } from '@seawall/inspector';
import { type CompilableRule, loadRules } from '@seawall/rules';
import { churnProcesses, churnRules, heapPeaks } from '../../../test/process-churn.ts';

const catalogue = createSyscallCatalogue();

test('processes that come and go leave nothing behind, however much they differ', (context) => {
  const own = readFileSync(join(import.meta.dirname, '../../../rules/control-plane.yaml'), 'utf8');
  const files = [
    { name: 'own.yaml', content: own },
    { name: 'chosen.yaml', content: churnRules() },
  ];
  const { ruleSet } = loadRules(files, [catalogue]);
  assert.ok(ruleSet);
  const report = churnProcesses({
    processes: 18_000,
    samples: 18,
    rules: ruleSet.rules.filter(
      ({ source }) => source === catalogue.source,
    ) as readonly CompilableRule<EventContext>[],
    catalogue,
  });
  const { samples, mostResidues, timesForgotten, alerts } = report;
  // Of values and of exits 8,192 are remembered, so each half sees them full.
  const { before, after } = heapPeaks(report);
  context.diagnostic(JSON.stringify({ before, after, mostResidues, timesForgotten, alerts }));
  // The memory of values and classes fills and is emptied; what a process alone takes would be well over 9 MB.
  assert.ok(after < before + 4_000_000, `9,000 more processes left ${after - before} bytes`);
  assert.ok(
    mostResidues <= 8192 && timesForgotten > 0,
    `${mostResidues} residues, ${timesForgotten} times forgotten`,
  );
  assert.ok(alerts > 1000, `${alerts} alerts`);
  assert.deepEqual(new Set(samples.map(({ threads }) => threads)), new Set([3]));
});

test('nor do they when what they choose is as long as it can be: kernels tell of 4 KiB', (context) => {
  const { ruleSet } = loadRules([{ name: 'chosen.yaml', content: churnRules() }], [catalogue]);
  assert.ok(ruleSet);
  const report = churnProcesses({
    processes: 6000,
    samples: 6,
    rules: ruleSet.rules as readonly CompilableRule<EventContext>[],
    catalogue,
    textBytes: 3900,
  });
  const heap = report.samples.map(({ heapBytes }) => Math.round(heapBytes / 1e6));
  context.diagnostic(`${heap.join(', ')} MB`);
  // It was 92 MB, and grew on, as long as values were counted whatever their length.
  assert.ok(Math.max(...heap) < 70, `${heap.join(', ')} MB`);
});
