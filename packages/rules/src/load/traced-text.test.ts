import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  concatTexts,
  findPlace,
  sliceText,
  type TracedText,
  textAtOnePlace,
  traceText,
} from './traced-text.ts';

/** A text whose units stand one behind the other from `place` on. */
function written(text: string, place: number): TracedText {
  return traceText(text, () => [...text].map((_, index) => place + index));
}

function offsets(traced: TracedText): (number | undefined)[] {
  return [...traced.text].map((_, index) => findPlace(traced, index)?.offset);
}

test('each unit of a glued text stands where it came from, what was made up where its neighbour does', () => {
  const glued = concatTexts('(', written('ab', 10), ' and ', textAtOnePlace('list', 50), ')');
  assert.equal(glued.text, '(ab and list)');
  assert.deepEqual(offsets(glued), [10, 10, 11, 11, 11, 11, 11, 11, 50, 50, 50, 50, 50]);
});

test('nothing is worked out before somebody asks, and only once', () => {
  let calls = 0;
  const traced = traceText('abc', () => {
    calls += 1;
    return [1, 2, 3];
  });
  const glued = concatTexts('x', sliceText(traced, 1), traced);
  assert.equal(calls, 0);
  assert.deepEqual(offsets(glued), [2, 2, 3, 1, 2, 3]);
  assert.equal(calls, 1);
});

test('a slice of a glued text tells the places that the whole one does', () => {
  const part = fc
    .tuple(fc.string({ maxLength: 5 }), fc.nat(1000))
    .map(([text, place]) => written(text, place));
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 5 }),
      fc.nat(20),
      fc.nat(20),
      (parts, from, length) => {
        const whole = concatTexts(...parts);
        const start = Math.min(from, whole.text.length);
        const slice = sliceText(whole, start, start + length);
        assert.equal(slice.text, whole.text.slice(start, start + length));
        for (let index = 0; index < slice.text.length; index++) {
          assert.deepEqual(findPlace(slice, index), findPlace(whole, start + index));
        }
      },
    ),
  );
});

test('an empty text stands nowhere', () => {
  assert.equal(findPlace(concatTexts(''), 0), undefined);
});
