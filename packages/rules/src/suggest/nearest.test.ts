import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearestName } from './nearest.ts';

test('the nearest name is found when it is near enough', () => {
  const names = ['proc.name', 'proc.pname', 'fd.name'];
  assert.equal(nearestName('proc.nmae', names), 'proc.name');
  assert.equal(nearestName('PROC.NAME', names), 'proc.name');
  assert.equal(nearestName('user.uid', names), undefined);
  assert.equal(nearestName('x', []), undefined);
});

test('a swap of neighbours is one change', () => {
  assert.equal(editDistance('tgas', 'tags'), 1);
  assert.equal(editDistance('', 'abc'), 3);
});

test('a distance is 0 for the same text only, and the same both ways', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
      assert.equal(editDistance(one, other) === 0, one === other);
      assert.equal(editDistance(one, other), editDistance(other, one));
    }),
  );
});
