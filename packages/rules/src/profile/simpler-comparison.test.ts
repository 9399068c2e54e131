import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import fc from 'fast-check';
import { quoteExactly } from '../condition/escape.ts';
import { parseCondition } from '../condition/parse.ts';
import { type BoundCheck, type BoundJunction, bindCondition } from '../evaluate/bind.ts';
import { interpret } from '../evaluate/interpret.ts';
import { createTestCatalogue, type TestEvent } from '../evaluate/testing.ts';
import { mergedEqualities, simplerComparison } from './simpler-comparison.ts';

const catalogue = createTestCatalogue([
  { name: 'a.name', type: 'charbuf' },
  { name: 'a.other', type: 'charbuf' },
]);
const bind = (text: string) => bindCondition(parseCondition(text), catalogue);
const simpler = (text: string) => simplerComparison(bind(text) as BoundCheck<TestEvent>);

test('a regular expression that is a text, texts, or a text with anything around is a plain comparison', () => {
  const expected: readonly (readonly [string, string])[] = [
    ['sh', 'a.name = "sh"'],
    ['^a\\\\.out$', 'a.name = "a.out"'],
    ['(sh|bash|\\\\.x)', 'a.name in ("sh", "bash", ".x")'],
    ['sh|bash', 'a.name in ("sh", "bash")'],
    ['/etc/.*', 'a.name startswith "/etc/"'],
    ['.*\\\\.conf', 'a.name endswith ".conf"'],
    ['^.*token.*$', 'a.name contains "token"'],
  ];
  for (const [pattern, text] of expected) assert.equal(simpler(`a.name regex "${pattern}"`)?.text, text);
  assert.equal(simpler('a.name regex "(a|b)"')?.isExact, true);
  assert.equal(simpler('a.name regex "/etc/.*"')?.isExact, false);
});

test('what says more than a plain comparison stays as it is', () => {
  for (const text of [
    'a.name regex "[ab]c"',
    'a.name regex "^a|b$"',
    'a.name regex "a.c"',
    'a.name regex "a+"',
    'a.name regex "a\\\\$"',
    'a.name regex ".*"',
    'a.name glob "a*b"',
    'a.name glob "a?"',
    'a.name glob "*"',
    'a.name icontains sh',
    'a.name contains /etc/',
    'a.name exists',
  ]) {
    assert.equal(simpler(text), undefined, text);
  }
});

test('a simpler comparison holds for exactly the same values, line breaks aside', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '/',
    '.',
    '*',
    '.*',
    '\\.',
    '|',
    '^',
    '$',
    '(',
    ')',
    '\\$',
    '?',
    '\\\\',
    '-',
  );
  const pattern = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
  const value = fc.string({
    unit: fc.constantFrom('a', 'b', '/', '.', '$', '\\', '|', '*', '-', '\n'),
    maxLength: 6,
  });
  let compared = 0;
  fc.assert(
    fc.property(
      fc.constantFrom('regex', 'glob', 'icontains'),
      pattern,
      fc.array(value, { minLength: 20, maxLength: 20 }),
      (operator, text, values) => {
        let check: BoundCheck<TestEvent>;
        try {
          check = bind(`a.name ${operator} ${quoteExactly(text)}`) as BoundCheck<TestEvent>;
        } catch (error) {
          // Most of the expressions made here are none.
          if (isSeawallError(error) && error.code === 'rules/REGEX_WRONG') return;
          throw error;
        }
        const found = simplerComparison(check);
        if (found === undefined) return;
        const holds = interpret(bind(found.text));
        for (const name of values) {
          if (!found.isExact && name.includes('\n')) continue;
          compared += 1;
          assert.equal(
            holds({ 'a.name': name }),
            check.holds({ 'a.name': name }),
            `${operator} ${text}: ${JSON.stringify(name)}`,
          );
        }
      },
    ),
    { seed: 3, numRuns: 3000 },
  );
  assert.ok(compared > 1000, `${compared} values compared`);
});

test('several equalities over one field become one list, in an "or" only', () => {
  const merged = (text: string) =>
    mergedEqualities(bind(text) as BoundJunction<TestEvent>).map((found) => found.text);
  assert.deepEqual(merged('a.name = a or a.other = x or a.name in (b, a)'), ['a.name in ("a", "b")']);
  assert.deepEqual(merged('a.name = a and a.name = b'), []);
  assert.deepEqual(merged('a.name = a or a.other = b'), []);
});
