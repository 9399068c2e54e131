import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCapture } from '@seawall/events';
import { createInspector, createSyscallCatalogue, type EventContext } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import { type CompilableRule, loadRules } from '@seawall/rules';
import { createAccounting } from '../accounting.ts';
import { createCompiledMatcher } from '../replay/compiled-matcher.ts';
import { replayCapture } from '../replay/replay-capture.ts';
import { firstEvents } from './first-events.ts';
import { createCaptureProfile } from './profile-capture.ts';

const root = join(import.meta.dirname, '../../../..');
const capture = join(root, 'examples/control-plane/attack.scap.gz');
const catalogue = createSyscallCatalogue();
const { ruleSet } = loadRules(
  [
    ...globSync('rules/*.yaml', { cwd: root }).map((name) => ({
      name,
      content: readFileSync(join(root, name), 'utf8'),
    })),
    {
      name: 'wide.yaml',
      content:
        '- rule: Any shell\n  desc: d\n  condition: proc.name in (sh, bash)\n  output: o\n  priority: INFO\n' +
        '- rule: Opened\n  desc: d\n  condition: evt.type = openat and fd.name startswith /etc\n  output: o\n  priority: INFO\n',
    },
  ],
  [catalogue, createAuditCatalogue()],
);
const rules = ruleSet!.rules.filter(({ source }) => source === catalogue.source);
const EVENTS = 20_000;

async function profile() {
  const profiled = createCaptureProfile({
    input: capture,
    inputName: 'attack',
    rules,
    ruleSet: ruleSet!,
    catalogue,
    containers: [],
    maximumEvents: EVENTS,
  });
  await profiled.run();
  return profiled.report();
}

test('a profile counts for each rule the very matches that the compiled program finds', async () => {
  const report = await profile();
  const found = new Map(rules.map(({ name }) => [name, 0]));
  const matcher = createCompiledMatcher(rules as readonly CompilableRule<EventContext>[], {
    catalogue,
    isFirstOnly: false,
  });
  await replayCapture({
    sections: firstEvents(readCapture(capture), EVENTS),
    inspector: createInspector(),
    matcher,
    accounting: createAccounting(1024),
    onMatches(_context, matches, count) {
      for (const rule of matches.subarray(0, count)) {
        const { name } = rules[rule];
        found.set(name, (found.get(name) as number) + 1);
      }
    },
  });
  assert.equal(report.events, EVENTS);
  assert.deepEqual(
    new Map(report.rules.map(({ rule, held }) => [rule, held])),
    new Map([...found].sort((left, right) => order(report.rules, left[0]) - order(report.rules, right[0]))),
  );
  assert.ok(report.rules.some(({ held }) => held > 0));
});

function order(sorted: readonly { readonly rule: string }[], name: string): number {
  return sorted.findIndex(({ rule }) => rule === name);
}

test('what a rule costs is what its comparisons cost, and the costliest comes first', async () => {
  const { rules: profiles, predicates, cost, evaluatedEvents } = await profile();
  for (const list of [profiles, predicates]) {
    const costs = list.map((row) => row.cost);
    assert.deepEqual(
      costs,
      costs.toSorted((left, right) => right - left),
    );
    assert.ok(Math.abs(costs.reduce((sum, each) => sum + each, 0) / cost - 1) < 1e-6);
  }
  for (const { rule, evaluated, held, eventTypes, predicates: own } of profiles) {
    assert.ok(evaluated <= evaluatedEvents && held <= evaluated, rule);
    assert.equal(
      eventTypes.reduce((sum, type) => sum + type.evaluated, 0),
      evaluated,
      rule,
    );
    if (evaluated > 0)
      assert.equal(own[0].evaluated, evaluated, `${rule}: the first comparison is always asked`);
  }
});

test('a rule without event types is told so, with the types that it matched', async () => {
  const { advice } = await profile();
  const narrow = advice.filter(({ kind }) => kind === 'narrow');
  assert.deepEqual(
    narrow.map(({ rules: [name] }) => name),
    ['Any shell'],
  );
  assert.match(narrow[0].text, /^begin with evt\.type in \(\.\.\.\): .* here it matched only .*\bclose\b/);
});
