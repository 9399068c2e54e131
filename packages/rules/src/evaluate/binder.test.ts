import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CompilableRule, compileProgram } from '../compile.ts';
import { parseCondition } from '../condition/parse.ts';
import { type BoundCheck, type BoundJunction, bindCondition } from './bind.ts';
import { createBinder, createCheckBinder } from './binder.ts';
import { createTestCatalogue, type TestEvent, testCatalogue } from './testing.ts';

function bindAll(...texts: readonly string[]): BoundCheck<TestEvent>[] {
  const binder = createBinder(createCheckBinder(testCatalogue));
  return texts.map((text) => binder.bind(parseCondition(text)) as BoundCheck<TestEvent>);
}

test('what is written in the same words is made ready once, and keeps its own place', () => {
  const [first, second] = bindAll('proc.name in (a, "b")', '  proc.name   in ("a",b)');
  assert.equal(first.holds, second.holds);
  assert.equal(first.left, second.left);
  assert.notEqual(first.node.position.index, second.node.position.index);
});

test('a field is tied once for all its comparisons, its argument being part of its name', () => {
  const [name, other, one, two] = bindAll(
    'proc.name = a',
    'proc.name = b',
    'proc.env[a] = b',
    'proc.env = b',
  );
  assert.equal(name.left, other.left);
  assert.notEqual(one.left, two.left);
});

test('words that only look alike stay apart', () => {
  const alike = [
    'proc.name in ("")',
    'proc.name in ()',
    'proc.name in (a, b)',
    'proc.name in ("a,b")',
    'proc.name in ("a, b")',
    'proc.name in (ab)',
    'proc.name = "proc.pname"',
    'proc.name = val(proc.pname)',
    'proc.name = oneof (a)',
    'proc.name = anyof (a)',
    'proc.env[a] = b',
    'proc.env["a] = b"] exists',
  ];
  assert.equal(new Set(bindAll(...alike).map(({ holds }) => holds)).size, alike.length);
});

test('a list with an empty text and a list of nothing are not taken for the same', () => {
  const rules = ['proc.name in ()', 'proc.name in ("")'].map(
    (text): CompilableRule<TestEvent> => ({
      bound: bindCondition(parseCondition(text), testCatalogue),
      eventTypes: undefined,
    }),
  );
  const program = compileProgram(rules, testCatalogue);
  assert.equal(program.evaluate({ 'proc.name': '' }, 0), 1);
  assert.equal(program.matches[0], 1);
});

test('parts that two conditions have in common are tied once', () => {
  const macro = parseCondition(
    'proc.name = a and fd.num > 1 and not proc.name = c',
  ) as BoundJunction<never>['node'];
  const binder = createBinder(createCheckBinder(testCatalogue));
  const [one, two] = [{ ...macro }, { ...macro }].map(
    (use) => binder.bind(use as typeof macro) as BoundJunction<TestEvent>,
  );
  assert.notEqual(one.node, two.node);
  assert.equal(one.children, two.children);
});

test('what is remarkable is asked about once and counted wherever it is used', () => {
  const asked: unknown[] = [];
  const checks = createCheckBinder(testCatalogue, (check) => {
    asked.push(check);
    return check.kind === 'exists';
  });
  const binder = createBinder(checks);
  const condition = parseCondition('proc.name exists or (proc.name exists and fd.num = 1)');
  binder.bind(condition);
  assert.equal(binder.remarkableCount(), 2);
  binder.bind(condition);
  assert.equal(binder.remarkableCount(), 4);
  assert.equal(asked.length, 2);
});

test('a field whose readings count has readings of its own wherever it is written', () => {
  let made = 0;
  const plain = createTestCatalogue([{ name: 'evt.count', type: 'uint64' }]);
  const [counted] = [...plain.fields.values()].map((field) => ({
    ...field,
    isStateful: true,
    bind: (argument: string | undefined) => {
      let readings = 0;
      made += 1;
      return { ...field.bind(argument), extract: () => ++readings };
    },
  }));
  const catalogue = { ...plain, fields: new Map([['evt.count', counted]]) };
  const binder = createBinder(createCheckBinder(catalogue));
  const macro = parseCondition('evt.count = 1 or evt.count = 1');
  const both = [binder.bind(macro), binder.bind(macro)].map((bound) => bound as BoundJunction<TestEvent>);
  assert.equal(made, 4);
  const checks = both.flatMap(({ children }) => children as BoundCheck<TestEvent>[]);
  assert.deepEqual(
    checks.map((check) => check.holds({})),
    [true, true, true, true],
  );
});
