import assert from 'node:assert/strict';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { ACTING_NICE, raisePriority } from '../raise-priority.ts';
import { createTurnTaking } from './take-turn-first.ts';

test('the reader has its turn first while the ring fills, and as before afterwards', (context) => {
  const before = getPriority();
  const takeTurns = createTurnTaking();
  takeTurns(false);
  assert.equal(getPriority(), before);
  takeTurns(true);
  takeTurns(true);
  const during = getPriority();
  takeTurns(false);
  assert.equal(getPriority(), before);
  if (during === before && before > ACTING_NICE) context.skip('no right to raise priorities');
  else assert.equal(during, Math.min(before, ACTING_NICE));
});

test('what was raised for good meanwhile stays so', (context) => {
  const takeTurns = createTurnTaking();
  takeTurns(true);
  const refused = raisePriority();
  takeTurns(false);
  if (refused === undefined) assert.ok(getPriority() <= ACTING_NICE);
  else context.skip(`no right to raise priorities: ${refused}`);
});
