import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { parseCondition } from '../condition/parse.ts';
import { matchingCodes } from './event-types.ts';

const byName: Readonly<Record<string, readonly number[]>> = { open: [1, 2], close: [3], read: [4] };
const universe = { all: [1, 2, 3, 4], codes: (name: string) => byName[name] };

function codes(text: string): number[] {
  return [...matchingCodes(parseCondition(text), universe)].sort();
}

test('checks of the type select, all others match every type, negated or not', () => {
  assert.deepEqual(codes('evt.type = open'), [1, 2]);
  assert.deepEqual(codes('syscall.type in (close, read, nosuch)'), [3, 4]);
  assert.deepEqual(codes('evt.type != open'), [3, 4]);
  assert.deepEqual(codes('not (evt.type = open or proc.name = x)'), [3, 4]);
  assert.deepEqual(codes('not (evt.type = open and proc.name = x)'), [1, 2, 3, 4]);
  assert.deepEqual(codes('not proc.name = x'), [1, 2, 3, 4]);
  assert.deepEqual(codes('evt.type = open and evt.type = close'), []);
  assert.deepEqual(codes('evt.type contains op'), [1, 2, 3, 4]);
  assert.deepEqual(codes('evt.type = oneof (open)'), [1, 2, 3, 4]);
  assert.deepEqual(codes('not evt.type exists'), []);
  assert.deepEqual(codes('a_macro and evt.type = read'), [4]);
});

test('the number of an event starts at 1', () => {
  assert.deepEqual(codes('evt.num = 0'), []);
  assert.deepEqual(codes('not evt.num = 0 and evt.type = read'), [4]);
  assert.deepEqual(codes('evt.num < 1 or evt.type = close'), [3]);
  assert.deepEqual(codes('evt.num in (0, 1)'), [1, 2, 3, 4]);
  assert.deepEqual(codes('evt.num in (0, 0)'), []);
});

test('types that are transformed or compared with fields are refused, since no set can be told', () => {
  for (const [text, code] of [
    ['toupper(evt.type) = OPEN', 'rules/TYPE_TRANSFORMED'],
    ['join("", ("x", evt.type)) exists', 'rules/TYPE_TRANSFORMED'],
    ['join("", (toupper(syscall.type), "x")) = X', 'rules/TYPE_TRANSFORMED'],
    ['concat(evt.type, "x") = x', 'rules/TYPE_TRANSFORMED'],
    ['evt.type = val(syscall.type)', 'rules/TYPE_COMPARED_WITH_FIELD'],
  ] as const) {
    assert.throws(
      () => codes(text),
      (error) => isSeawallError(error, code),
    );
  }
});

test('the type may be put together with what follows it in a list, and then selects nothing', () => {
  assert.deepEqual(codes('join("", (evt.type, "x")) exists'), [1, 2, 3, 4]);
  assert.deepEqual(codes('join("-", (syscall.type, proc.name)) = a and evt.type = read'), [4]);
  assert.deepEqual(codes('not join("-", (evt.type, toupper(proc.name))) in (a)'), [1, 2, 3, 4]);
});
