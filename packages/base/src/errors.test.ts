import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineErrors, isSeawallError } from './errors.ts';

const errors = defineErrors('harbour', { GATE_SHUT: 'gate {gate} is shut: open it with {key}' });

test('an error carries its code, its message filled in, its details and its cause', () => {
  const cause = new Error('rust');
  const error = errors.create('GATE_SHUT', { gate: 7, key: 'a winch' }, cause);
  assert.equal(error.code, 'harbour/GATE_SHUT');
  assert.equal(error.message, 'gate 7 is shut: open it with a winch');
  assert.deepEqual(error.details, { gate: 7, key: 'a winch' });
  assert.equal(error.cause, cause);
});

test('a placeholder without a detail stays visible', () => {
  assert.equal(errors.create('GATE_SHUT', { gate: 7 }).message, 'gate 7 is shut: open it with {key}');
});

test('only catalogue errors are recognised, by code where one is given', () => {
  assert.ok(isSeawallError(errors.create('GATE_SHUT')));
  assert.ok(isSeawallError(errors.create('GATE_SHUT'), 'harbour/GATE_SHUT'));
  assert.ok(!isSeawallError(errors.create('GATE_SHUT'), 'harbour/OTHER'));
  assert.ok(!isSeawallError(new Error('plain')));
  assert.ok(!isSeawallError('text'));
});
