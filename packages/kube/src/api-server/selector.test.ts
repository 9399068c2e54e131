import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selects } from './selector.ts';

const labels = { app: 'web', tier: 'front' };

test('all of a selector has to hold; an empty one selects everything', () => {
  assert.ok(selects({}, labels));
  assert.ok(selects({ matchLabels: { app: 'web' } }, labels));
  assert.ok(!selects({ matchLabels: { app: 'web', tier: 'back' } }, labels));
});

test('expressions are read as Kubernetes reads them', () => {
  const cases: [string, string, readonly string[] | undefined, boolean][] = [
    ['app', 'In', ['web', 'db'], true],
    ['app', 'In', ['db'], false],
    ['app', 'NotIn', ['web'], false],
    ['absent', 'NotIn', ['web'], true],
    ['app', 'Exists', undefined, true],
    ['absent', 'Exists', undefined, false],
    ['absent', 'DoesNotExist', undefined, true],
    ['app', 'Gt', ['1'], false],
  ];
  for (const [key, operator, values, expected] of cases) {
    const expression = { key, operator, ...(values !== undefined && { values }) };
    assert.equal(selects({ matchExpressions: [expression] }, labels), expected, `${key} ${operator}`);
  }
});
