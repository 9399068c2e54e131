import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesWildcard, type SelectionStep, selectRules } from './select-rules.ts';

const rules = [
  { name: 'open', tags: ['a'], isEnabled: true },
  { name: 'write', tags: ['a', 'b'], isEnabled: true },
  { name: 'spawn', tags: [], isEnabled: false },
];
const names = (...steps: SelectionStep[]) => selectRules(rules, steps).map(({ name }) => name);

test('without steps the files decide', () => {
  assert.deepEqual(names(), ['open', 'write']);
});

test('the last step that means a rule decides', () => {
  const disableAll: SelectionStep = { operation: 'disable', by: 'rule', pattern: '*' };
  const enableB: SelectionStep = { operation: 'enable', by: 'tag', pattern: 'b' };
  assert.deepEqual(names(disableAll, enableB), ['write']);
  assert.deepEqual(names(enableB, disableAll), []);
  assert.deepEqual(names({ operation: 'enable', by: 'rule', pattern: 'sp*n' }), ['open', 'write', 'spawn']);
  assert.deepEqual(names({ operation: 'disable', by: 'rule', pattern: 'ope' }), ['open', 'write']);
});

test('wildcards agree with regular expressions', () => {
  const word = fc.stringMatching(/^[ab*]{0,6}$/);
  fc.assert(
    fc.property(word, fc.stringMatching(/^[ab]{0,8}$/), (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
      assert.equal(matchesWildcard(pattern, text), expression.test(text));
    }),
    { numRuns: 1000 },
  );
});
