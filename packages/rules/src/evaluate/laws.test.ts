import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCondition } from '../condition/parse.ts';
import { matchingCodes } from '../event-types/event-types.ts';
import { explainCondition } from '../explain/evaluate.ts';
import { bindCondition } from './bind.ts';
import { interpret } from './interpret.ts';
import { type TestEvent, testCatalogue } from './testing.ts';

const checks = [
  'proc.name = sh',
  'proc.name != sh',
  'proc.name exists',
  'proc.name in (sh, bash)',
  'proc.name startswith b',
  'proc.name = val(proc.pname)',
  'proc.args intersects (-c)',
  'len(proc.args) > 1',
  'fd.num >= 0',
  'fd.num in (0, 1)',
  'evt.type = open',
  'evt.type in (open, close)',
  'evt.type != read',
  'evt.type exists',
  'evt.num = 0',
  'evt.num != 0',
];
const types = ['open', 'close', 'read'];

const { condition } = fc.letrec<{ condition: string }>((tie) => {
  const inner = tie('condition');
  return {
    condition: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      fc.constantFrom(...checks),
      fc.tuple(inner, inner).map(([one, other]) => `(${one} and ${other})`),
      fc.tuple(inner, inner).map(([one, other]) => `(${one} or ${other})`),
      inner.map((one) => `not (${one})`),
    ),
  };
});

const name = fc.option(fc.constantFrom('sh', 'bash', 'nginx'), { nil: undefined });
const event: fc.Arbitrary<TestEvent> = fc.record({
  'proc.name': name,
  'proc.pname': name,
  'proc.args': fc.option(fc.array(fc.constantFrom('-c', '-x'), { maxLength: 3 }), { nil: undefined }),
  'fd.num': fc.option(fc.integer({ min: -1, max: 2 }), { nil: undefined }),
  'evt.type': fc.constantFrom(...types),
  'evt.num': fc.integer({ min: 1, max: 3 }),
});

function holds(text: string, of: TestEvent): boolean {
  return interpret(bindCondition(parseCondition(text), testCatalogue))(of);
}

const runs = { numRuns: 500, seed: 1 };

test('and, or and not follow the boolean laws, values missing or not', () => {
  fc.assert(
    fc.property(condition, condition, event, (one, other, of) => {
      const [left, right] = [holds(one, of), holds(other, of)];
      assert.equal(holds(`${one} and ${other}`, of), left && right);
      assert.equal(holds(`${one} or ${other}`, of), left || right);
      assert.equal(holds(`not (${one})`, of), !left);
      assert.equal(holds(`not (${one} and ${other})`, of), holds(`not (${one}) or not (${other})`, of));
    }),
    runs,
  );
});

test('an explanation comes to what the interpreter says, and names the part that decided', () => {
  fc.assert(
    fc.property(condition, event, (text, of) => {
      const bound = bindCondition(parseCondition(text), testCatalogue);
      const explanation = explainCondition(bound, of);
      assert.equal(explanation.holds, interpret(bound)(of));
      if (explanation.kind === 'and')
        assert.equal(explanation.decisive?.holds, explanation.holds ? undefined : false);
      if (explanation.kind === 'or')
        assert.equal(explanation.decisive?.holds, explanation.holds ? true : undefined);
      if (explanation.kind === 'check')
        assert.deepEqual(explanation.left, explanation.condition.left.extract(of));
    }),
    runs,
  );
});

test('no event matches whose type is not among the matching types', () => {
  const universe = {
    all: [0, 1, 2],
    codes: (wanted: string) => [types.indexOf(wanted)].filter((code) => code >= 0),
  };
  let excluded = 0;
  fc.assert(
    fc.property(condition, event, (text, of) => {
      const codes = matchingCodes(parseCondition(text), universe);
      const isPossible = codes.has(types.indexOf(of['evt.type'] as string));
      if (!isPossible) excluded++;
      assert.ok(isPossible || !holds(text, of), text);
    }),
    runs,
  );
  assert.ok(excluded > 20, `only ${excluded} excluded`);
});
