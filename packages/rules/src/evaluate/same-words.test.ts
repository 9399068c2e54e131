import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCondition } from '../condition/parse.ts';
import { conditionText } from '../condition/text.ts';
import type { Check } from './bind.ts';
import { createCheckMap, sayTheSame } from './same-words.ts';

const operand = fc.constantFrom(
  'proc.name',
  'proc.env',
  'proc.env[a]',
  'tolower(proc.name)',
  'getopt(a.b, "x")[x]',
);
const exact = { readsHexadecimal: true };
const value = fc.constantFrom('a', '"a"', '"a, b"', '""', 'ab', '"\\x00"', '"\\x00a"', '"a\\x00"');
const items = fc.array(value, { maxLength: 3 }).map((texts) => `(${texts.join(', ')})`);
const check = fc.oneof(
  operand.map((left) => `${left} exists`),
  fc.tuple(operand, fc.constantFrom('=', '!=', 'contains'), value).map((parts) => parts.join(' ')),
  fc
    .tuple(operand, fc.constantFrom('in', 'pmatch', '= anyof', '= oneof'), items)
    .map((parts) => parts.join(' ')),
  fc
    .tuple(operand, fc.constantFrom('proc.name', 'proc.env', 'proc.env[a]'))
    .map(([left, right]) => `${left} = val(${right})`),
);

/** Quotes of every value, so that equal texts are equal words. */
function exactWords(condition: Check): string {
  return JSON.stringify(condition, (key, part) =>
    ['position', 'end', 'form'].includes(key) ? undefined : part,
  );
}

test('checks say the same where their trees are equal but for places and quotes', () => {
  fc.assert(
    fc.property(check, check, (left, right) => {
      const [one, two] = [left, right].map((text) => parseCondition(text, exact) as Check);
      assert.equal(sayTheSame(one, two), exactWords(one) === exactWords(two));
      assert.ok(sayTheSame(one, parseCondition(conditionText(one), exact)));
    }),
    { numRuns: 2000 },
  );
});

test('what is kept for a check is found by any that says the same, and by no other', () => {
  fc.assert(
    fc.property(fc.array(check, { maxLength: 30 }), (texts) => {
      const checks = texts.map((text) => parseCondition(text, exact) as Check);
      const kept = createCheckMap<string>();
      for (const one of checks) if (kept.get(one) === undefined) kept.set(one, exactWords(one));
      for (const text of texts) {
        const again = parseCondition(`  ${text}`, exact) as Check;
        assert.equal(kept.get(again), exactWords(again));
      }
    }),
  );
});
