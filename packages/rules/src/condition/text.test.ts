import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import fc from 'fast-check';
import { mutateConditions } from './mutate.ts';
import { parseCondition } from './parse.ts';
import { canonicalText, conditionText } from './text.ts';
import {
  type AnyNode,
  type ComparisonOperator,
  type Condition,
  listOperators,
  numberOperators,
  type Operand,
  quantifiers,
  textOperators,
  transformerNames,
  type ValueNode,
} from './tree.ts';

/** Texts hold `\\xHH` for what has no other form. */
const exact = { readsHexadecimal: true };
const place = { position: { index: 0, line: 1, column: 1 }, end: 0 };
const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,8}$/);
const byteString = fc
  .array(fc.oneof(fc.constantFrom(...'\\"\' =,()\n\t\0é'), fc.integer({ min: 0, max: 255 })), {
    maxLength: 8,
  })
  .map((parts) =>
    parts.map((part) => (typeof part === 'number' ? String.fromCharCode(part) : part)).join(''),
  );

const quoted: fc.Arbitrary<ValueNode> = byteString.map((value) => ({
  kind: 'value',
  value,
  form: 'quoted',
  ...place,
}));
const number: fc.Arbitrary<ValueNode> = fc
  .integer()
  .map((value) => ({ kind: 'value', value: String(value), form: 'number', ...place }));
const argument = fc.option(byteString, { nil: undefined });

const field: fc.Arbitrary<Operand> = fc.record({
  kind: fc.constant('field' as const),
  name: fc.array(word, { minLength: 2, maxLength: 3 }).map((words) => words.join('.')),
  argument,
  ...constants(place),
});
const { operand } = fc.letrec<{ operand: Operand }>((tie) => ({
  operand: fc.oneof({ depthSize: 'small' }, field, transformer(tie('operand'))),
}));

function transformer(inner: fc.Arbitrary<Operand>): fc.Arbitrary<Operand> {
  const item = fc.oneof(inner, quoted, number);
  const list = fc.record({
    kind: fc.constant('transformer-list' as const),
    items: fc.array(item, { maxLength: 3 }),
    ...constants(place),
  });
  return fc.record({
    kind: fc.constant('transformer' as const),
    name: fc.constantFrom(...transformerNames.filter((name) => name !== 'val')),
    operands: fc.array(fc.oneof(item, list), { minLength: 1, maxLength: 3 }),
    argument,
    ...constants(place),
  });
}

const list = fc.record({
  kind: fc.constant('list' as const),
  items: fc.array(quoted, { maxLength: 3 }),
  unreadable: fc.constant(undefined),
  ...constants(place),
});

function comparison(
  operators: readonly ComparisonOperator[],
  quantifier: fc.Arbitrary<(typeof quantifiers)[number] | undefined>,
  right: fc.Arbitrary<ValueNode | Operand | (typeof list extends fc.Arbitrary<infer List> ? List : never)>,
): fc.Arbitrary<Condition> {
  return fc.record({
    kind: fc.constant('comparison' as const),
    left: operand,
    operator: fc.constantFrom(...operators),
    quantifier,
    right,
    ...constants(place),
  });
}

const none = fc.constant(undefined);
const check: fc.Arbitrary<Condition> = fc.oneof(
  comparison(numberOperators, none, number),
  comparison(textOperators, none, fc.oneof(quoted, transformer(field))),
  comparison(textOperators, fc.constantFrom(...quantifiers), list),
  comparison(listOperators, none, list),
  fc.record({ kind: fc.constant('exists' as const), left: operand, ...constants(place) }),
  fc.record({
    kind: fc.constant('reference' as const),
    name: fc.oneof(word, fc.constantFrom('not', 'or', 'and')),
    ...constants(place),
  }),
);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => {
  const children = fc.array(tie('condition'), { minLength: 2, maxLength: 3 });
  return {
    condition: fc.oneof(
      { depthSize: 'small', maxDepth: 6 },
      check,
      fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), children, ...constants(place) }),
      fc.record({ kind: fc.constant('not' as const), child: tie('condition'), ...constants(place) }),
    ),
  };
});

function constants<Values extends object>(values: Values) {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, fc.constant(value)]),
  ) as unknown as { [Key in keyof Values]: fc.Arbitrary<Values[Key]> };
}

function withoutPlaces(node: AnyNode): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, value) =>
      key === 'position' || key === 'end' || key === 'form' ? undefined : value,
    ),
  );
}

test('the text of a tree parses to that tree again', () => {
  fc.assert(
    fc.property(condition, (tree) => {
      assert.deepEqual(withoutPlaces(parseCondition(conditionText(tree), exact)), withoutPlaces(tree));
    }),
    { numRuns: 1000, seed: 1 },
  );
});

test('canonical text quotes only what Falco quotes', () => {
  const written = 'a.b in ("x y", "(,)", "", \'q"\', "\\xff") and not (c or d.x["e f"] exists)';
  const canonical = '(a.b in ("x y", (,), , "q\\"", "\\xff") and not (c or d.x["e f"] exists))';
  assert.equal(canonicalText(parseCondition(written, exact)), canonical);
});

test('1,000 mutated conditions are parsed or refused with a place inside the text', () => {
  let refused = 0;
  for (const text of mutateConditions({ seed: 7, count: 1000 })) {
    try {
      const tree = parseCondition(text);
      assert.deepEqual(withoutPlaces(parseCondition(conditionText(tree), exact)), withoutPlaces(tree), text);
    } catch (error) {
      if (!isSeawallError(error)) throw error;
      refused++;
      const { index } = error.details as { index: number };
      assert.ok(index >= 0 && index <= text.length, text);
    }
  }
  assert.ok(refused > 100 && refused < 990, `${refused} refused`);
});
