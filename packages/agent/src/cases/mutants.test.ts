import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSyscallCatalogue, type EventContext } from '@seawall/inspector';
import { bindCondition, canonicalText, interpret, parseCondition } from '@seawall/rules';
import { mutantsOf } from './mutants.ts';

const catalogue = createSyscallCatalogue();

function mutantTexts(condition: string): readonly string[] {
  const bound = bindCondition<EventContext>(parseCondition(condition), catalogue);
  return mutantsOf(bound).map(({ kind, part }) => `${kind} ${canonicalText(part.node)}`);
}

test('each comparison and each group is negated once and removed once, what stands behind not as a whole', () => {
  assert.deepEqual(
    mutantTexts('proc.pid = 1 and (proc.tty = 2 or not proc.uid exists)'.replace('proc.uid', 'user.uid')),
    [
      'negated proc.pid = 1',
      'removed proc.pid = 1',
      'negated (proc.tty = 2 or not user.uid exists)',
      'removed (proc.tty = 2 or not user.uid exists)',
      'negated proc.tty = 2',
      'removed proc.tty = 2',
      'negated not user.uid exists',
      'removed not user.uid exists',
    ],
  );
});

test('a group behind not is looked into', () => {
  assert.deepEqual(mutantTexts('proc.pid = 1 and not (proc.tty = 2 and proc.vpid = 3)'), [
    'negated proc.pid = 1',
    'removed proc.pid = 1',
    'negated not (proc.tty = 2 and proc.vpid = 3)',
    'removed not (proc.tty = 2 and proc.vpid = 3)',
    'negated proc.tty = 2',
    'removed proc.tty = 2',
    'negated proc.vpid = 3',
    'removed proc.vpid = 3',
  ]);
});

test('a condition of one comparison can only be negated', () => {
  assert.deepEqual(mutantTexts('proc.pid = 1'), ['negated proc.pid = 1']);
});

test('mutants mean what they say', () => {
  const yes = 'evt.count = 1';
  const no = 'evt.count = 2';
  const outcomes = (condition: string) => {
    const bound = bindCondition<EventContext>(parseCondition(condition), catalogue);
    const context = { view: { type: 3 } } as unknown as EventContext;
    return mutantsOf(bound).map((mutant) => interpret(mutant.condition)(context));
  };
  // yes and no: not yes and no; no; yes and not no; yes
  assert.deepEqual(outcomes(`${yes} and ${no}`), [false, false, true, true]);
  // yes or no: not yes or no; no; yes or not no; yes
  assert.deepEqual(outcomes(`${yes} or ${no}`), [false, false, true, true]);
});
