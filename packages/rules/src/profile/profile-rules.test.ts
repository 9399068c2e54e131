import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '@seawall/base';
import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import { createTestCatalogue, type TestEvent } from '../evaluate/testing.ts';
import { loadRules } from '../rule-set.ts';
import { createRuleProfiler } from './profile-rules.ts';

const clock = createManualClock(0);

/** Reading takes as long as is said here, in nanoseconds. */
function field(name: string, nanoseconds: number) {
  const extract = (event: TestEvent) => {
    clock.advance(nanoseconds / 1e6);
    return event[name];
  };
  return { name, type: 'charbuf', special: { extract } } as const;
}

const catalogue = createTestCatalogue([field('t.cheap', 10), field('t.dear', 1000), field('t.name', 20)]);

/** A fixed course of numbers that never repeats within a test. */
function createCourse(): () => number {
  let state = 1;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function profileOf(conditions: Readonly<Record<string, string>>, prelude = '') {
  const content = Object.entries(conditions)
    .map(
      ([name, condition]) =>
        `- rule: ${name}\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: INFO\n  source: test\n`,
    )
    .join('');
  const { ruleSet, files } = loadRules(
    [{ name: 'rules.yaml', content: prelude + content }],
    [catalogue as FieldCatalogue<never>],
  );
  assert.ok(ruleSet, JSON.stringify(files[0].messages));
  return createRuleProfiler<TestEvent>(ruleSet.rules, { ruleSet, catalogue, clock, random: createCourse() });
}

/** 1,000 events: one in ten is cheap, all are dear. */
const events = Array.from({ length: 1000 }, (_, index): TestEvent => {
  return { 't.cheap': index % 10 === 0 ? 'yes' : 'no', 't.dear': 'yes', 't.name': `name${index % 3}` };
});

test('every evaluation is counted, and costs what reading its fields takes', () => {
  const profiler = profileOf({ Both: 't.cheap = yes and t.dear = yes', Never: 't.dear = no' });
  const matched = events.map((event) => profiler.evaluate(event, 0));
  assert.equal(matched.filter((count) => count === 1).length, 100);
  const { rules, predicates, evaluatedEvents } = profiler.report();
  assert.equal(evaluatedEvents, 1000);
  assert.deepEqual(
    rules.map(({ rule, evaluated, held, costEach }) => [
      rule,
      evaluated,
      held,
      Math.round(costEach as number),
    ]),
    [
      ['Never', 1000, 0, 1000],
      ['Both', 1000, 100, 110],
    ],
  );
  const cheap = predicates.find(({ predicate }) => predicate === 't.cheap = yes');
  const dear = predicates.find(({ predicate }) => predicate === 't.dear = yes');
  assert.deepEqual([cheap?.evaluated, cheap?.held, cheap?.selectivity], [1000, 100, 0.1]);
  assert.deepEqual([dear?.evaluated, dear?.held, dear?.rules], [100, 100, ['Both']]);
  assert.ok(Math.abs(rules.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9, 'shares add up to all');
});

test('the first match is the first rule, as the rules stand', () => {
  const profiler = profileOf({ B: 't.cheap = yes', A: 't.dear = yes' });
  assert.equal(profiler.evaluate(events[0], 0), 2);
  assert.deepEqual([...profiler.matches.subarray(0, 2)], [0, 1]);
  assert.equal(profiler.evaluate(events[1], 0), 1);
  assert.equal(profiler.matches[0], 1);
});

test('a cheap part that decides most is to be asked first; the saving is what it would be', () => {
  const profiler = profileOf({
    Slow: 't.dear = yes and t.cheap = yes',
    Good: 't.cheap = yes and t.dear = yes',
  });
  for (const event of events) profiler.evaluate(event, 0);
  const { advice } = profiler.report();
  assert.deepEqual(
    advice.map(({ kind, text, rules, place }) => [kind, text, rules, place?.line]),
    [
      [
        'reorder',
        "ask 't.cheap = yes' before 't.dear = yes': it decides more for what it costs",
        ['Slow'],
        3,
      ],
    ],
  );
  // 1,010 ns an event become 110; both rules together take 1,120. The sample has one in ten, give or take.
  assert.ok(Math.abs(advice[0].share - 900 / 1120) < 0.05, String(advice[0].share));
});

test('an "or" is told to ask first what holds most; one that is right already is left alone', () => {
  const profiler = profileOf({ Slow: 't.cheap = yes or t.dear = yes or t.name startswith name' });
  for (const event of events) profiler.evaluate(event, 0);
  const [first, ...others] = profiler.report().advice;
  assert.match(first.text, /^ask 't\.name startswith name' before 't\.cheap = yes'/);
  assert.deepEqual(others, []);
});

test('what stands in a macro is told once, for all rules that use it', () => {
  const macro = '- macro: is_shell\n  condition: (t.name regex "(sh|bash)" or t.name glob "name*")\n';
  const profiler = profileOf({ A: 'is_shell and t.cheap = yes', B: 'is_shell' }, macro);
  for (const event of events) profiler.evaluate(event, 0);
  const index = profiler.report().advice.filter(({ kind }) => kind === 'index');
  assert.deepEqual(
    index.map(({ text, rules, macro: name }) => [text.split(' instead')[0], rules, name]).sort(),
    [
      ['write t.name in ("sh", "bash")', ['A', 'B'], 'is_shell'],
      ['write t.name startswith "name"', ['A', 'B'], 'is_shell'],
    ],
  );
});

test('too few events are no ground for advice about order', () => {
  const profiler = profileOf({ Slow: 't.dear = yes and t.cheap = yes' });
  for (const event of events.slice(0, 20)) profiler.evaluate(event, 0);
  assert.deepEqual(profiler.report().advice, []);
});
