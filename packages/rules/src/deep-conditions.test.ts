import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileProgram } from './compile.ts';
import { parseCondition } from './condition/parse.ts';
import { canonicalText, conditionText } from './condition/text.ts';
import { bindCondition } from './evaluate/bind.ts';
import { interpret } from './evaluate/interpret.ts';
import type { TestEvent } from './evaluate/testing.ts';
import { explainCondition } from './explain/evaluate.ts';
import { lintRuleSet } from './lint/lint.ts';
import { loadTexts, ruleText, syscallTestCatalogue } from './load/testing.ts';

/** Ways to go one level deeper, and how many levels at most the parser lets pass of each. */
const ways = [
  { most: 398, open: () => '(' },
  { most: 398, open: () => 'not (' },
  { most: 498, open: () => 'not(' },
  { most: 398, open: (level: number) => `proc.name = p${level} or not (` },
  {
    most: 398,
    open: (level: number) => `fd.num ${level % 2 ? '!=' : '='} ${level} ${level % 2 ? 'and' : 'or'} (`,
  },
  { most: 990, open: (level: number) => `fd.num = ${level} or(` },
  { most: 660, open: (level: number) => `fd.num != ${level} and(` },
];

const events: readonly TestEvent[] = [0, 1, 7, 300].flatMap((number) =>
  ['p1', 'p8', 'x'].map((name) => ({ 'proc.name': name, 'proc.pname': 'x', 'fd.num': number })),
);

function nest(level: number, open: (level: number) => string): string {
  const openings = Array.from({ length: level }, (_, index) => open(index));
  return `${openings.join('')}proc.pname = x${')'.repeat(level)}`;
}

test('conditions as deep as the parser lets pass are loaded, printed, explained, and mean the same compiled', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ways), fc.constantFrom(0.05, 0.4, 0.8, 1), ({ most, open }, share) => {
      const text = nest(Math.floor(most * share), open);
      const { files, ruleSet } = loadTexts([ruleText('r', text)]);
      assert.ok(ruleSet !== undefined, files[0]!.messages[0]?.message);
      const { bound, condition } = ruleSet.rules[0]!;
      const program = compileProgram([{ bound, eventTypes: undefined }], syscallTestCatalogue);
      const holds = interpret(bound);
      for (const event of events) {
        assert.equal(program.evaluate(event, 0) === 1, holds(event));
        assert.equal(explainCondition(bound, event).holds, holds(event));
      }
      const printed = conditionText(condition);
      assert.equal(canonicalText(parseCondition(printed, { nesting: 10_000 })), canonicalText(condition));
    }),
    { numRuns: 40, seed: 3 },
  );
});

test('what the parser lets pass is no deeper than what goes through trees is made for, macros or not', () => {
  for (const { most, open } of ways) {
    const texts = [nest(most + 20, open), nest(100_000, open)];
    for (const text of texts) {
      const { files } = loadTexts([ruleText('r', text)]);
      assert.match(files[0]!.messages[0]!.message, /^(exceeded max depth limit|condition too long)/);
    }
  }
  const chain = Array.from({ length: 4 }, (_, index) => {
    const text = nest(300, () => 'fd.num = 1 or(').replace('proc.pname = x', `m${index}`);
    return `- macro: m${index + 1}\n  condition: ${text}\n`;
  });
  const fits = ['- macro: m0\n  condition: proc.name = a\n', ...chain.slice(0, 3), ruleText('r', 'm3')];
  assert.ok(loadTexts([fits.join('')]).ruleSet !== undefined);
  const { files } = loadTexts([[...fits, chain[3]].join('')]);
  assert.match(files[0]!.messages[0]!.message, /too large or too deep/);
});

test('transformers nest 200 deep, and are evaluated so', () => {
  const deep = (levels: number) => `${'toupper('.repeat(levels)}proc.name${')'.repeat(levels)} = SH`;
  const bound = bindCondition(parseCondition(deep(200)), syscallTestCatalogue);
  const program = compileProgram([{ bound, eventTypes: undefined }], syscallTestCatalogue);
  assert.equal(program.evaluate({ 'proc.name': 'sh' }, 0), 1);
  assert.equal(program.evaluate({ 'proc.name': 'bash' }, 0), 0);
  assert.throws(() => parseCondition(deep(201)), /nested/);
});

test('lints go through conditions as deep as that', () => {
  for (const { most, open } of ways) {
    const { ruleSet } = loadTexts([ruleText('r', nest(Math.floor(most / 4), open))]);
    assert.ok(Array.isArray(lintRuleSet(ruleSet!, [syscallTestCatalogue])));
  }
});
