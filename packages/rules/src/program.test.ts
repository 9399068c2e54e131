import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Dependency, DescriptorScope } from './catalogue/catalogue.ts';
import { listCandidates } from './plan/candidate.ts';
import { createNodeTable, type NodeTable, type PlanNode } from './plan/node.ts';
import type { Lifetime, Predicate, Subject } from './plan/predicate.ts';
import { createProgram, type Program, type ScopeTracker } from './program.ts';

/** A process with a name and a parent's name, an event with a type and a path about a file with a name. */
interface World {
  type: number;
  path: string | undefined;
  process: { name: string; parentName: string; generation: number; verdicts: unknown };
  file: DescriptorScope & { readonly fileName: string };
  ancestryVersion: number;
}

const TYPES = 4;
const words = ['a', 'ab', 'abc', 'b', ''];

const subjects: Record<string, Subject<World>> = {
  name: { isText: true, key: 'name', read: ({ process }) => process.name },
  parent: { isText: true, key: 'parent', read: ({ process }) => process.parentName },
  path: { isText: true, key: 'path', read: ({ path }) => path },
  file: { isText: true, key: 'file', read: ({ file }) => file.fileName },
};

const lifetimes: Record<string, Lifetime> = { path: 'event', file: 'descriptor' };

const groundOf = (key: string): Dependency => {
  if (key === 'parent') return 'ancestors';
  return key === 'path' ? 'event' : key === 'file' ? 'descriptor' : 'process';
};

/** Every comparison that the tests' conditions are made of. */
const predicates: Predicate<World>[] = [];
const names: string[] = [];
for (const [key, subject] of Object.entries(subjects)) {
  for (const kind of ['equals', 'startsWith'] as const) {
    for (const text of words) {
      names.push(`${key} ${kind} ${text}`);
      predicates.push({
        id: predicates.length,
        lifetime: lifetimes[key] ?? 'scope',
        dependsOn: [groundOf(key)],
        dependsOnAncestors: key === 'parent',
        holds: (world) => {
          const value = subject.read(world);
          if (typeof value !== 'string') return false;
          return kind === 'equals' ? value === text : value.startsWith(text);
        },
        verdictForType: undefined,
        subject,
        holdsFor: undefined,
        ruledOut: undefined,
        lookup: { kind, texts: [text] },
        direct: {
          key,
          read: subject.read,
          relation: kind === 'equals' ? '===' : 'startsWith',
          constant: text,
        },
        cost: 20,
        chance: 0.3,
      });
    }
  }
}
for (let type = 0; type < TYPES; type++) {
  predicates.push({
    id: predicates.length,
    lifetime: 'event',
    dependsOn: ['event'],
    dependsOnAncestors: false,
    holds: (world) => world.type === type,
    verdictForType: (eventType) => eventType === type,
    subject: undefined,
    holdsFor: undefined,
    ruledOut: undefined,
    lookup: undefined,
    direct: undefined,
    cost: 1,
    chance: 0.3,
  });
}

/** A condition as written; `make` turns it into a node, `holds` decides it the plain way. */
type Written =
  | { readonly test: number }
  | { readonly not: Written }
  | { readonly and: readonly Written[] }
  | { readonly or: readonly Written[] };

function make(written: Written, table: NodeTable<World>, isNegated = false): PlanNode<World> {
  if ('test' in written) return table.test(predicates[written.test], isNegated);
  if ('not' in written) return make(written.not, table, !isNegated);
  const children = ('and' in written ? written.and : written.or).map((child) =>
    make(child, table, isNegated),
  );
  return 'and' in written !== isNegated ? table.and(children) : table.or(children);
}

function holds(written: Written, world: World): boolean {
  if ('test' in written) return predicates[written.test].holds(world);
  if ('not' in written) return !holds(written.not, world);
  if ('and' in written) return written.and.every((child) => holds(child, world));
  return written.or.some((child) => holds(child, world));
}

function compile(conditions: readonly Written[], emittedAtMost?: number): Program<World> {
  const table = createNodeTable<World>();
  const eventTypes = Array.from({ length: TYPES }, (_, type) => type);
  const rules = conditions.map((condition) => ({ condition: make(condition, table), eventTypes }));
  const typePredicates = predicates.slice(-TYPES);
  const tracker: ScopeTracker<World> = {
    scopeOf: ({ process }) => process,
    ancestryVersion: (world) => world.ancestryVersion,
    descriptorOf: ({ file }) => file,
  };
  const candidates = listCandidates(rules, typePredicates, table);
  return createProgram(candidates, conditions.length, TYPES, tracker, emittedAtMost);
}

const condition: fc.Arbitrary<Written> = fc.letrec<{ node: Written }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.nat(predicates.length - 1).map((index) => ({ test: index })),
    tie('node').map((node) => ({ not: node })),
    fc.array(tie('node'), { minLength: 2, maxLength: 4 }).map((nodes) => ({ and: nodes })),
    fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((nodes) => ({ or: nodes })),
  ),
})).node;

const testsOf = (...keys: string[]) =>
  names.flatMap((name, index) => {
    const [key, kind, text] = name.split(' ');
    // What every text starts with would keep it from being one that nothing holds of.
    return keys.includes(key) && (kind === 'equals' || text !== '') ? [{ test: index }] : [];
  });

/** As people write rules: who does it, and what it is done to. */
const usualCondition: fc.Arbitrary<Written> = fc
  .tuple(
    fc.array(fc.constantFrom(...testsOf('name', 'parent')), { maxLength: 1 }),
    fc.array(fc.constantFrom(...testsOf('path', 'file')), { minLength: 1, maxLength: 2 }),
  )
  .map(([who, what]) => ({ and: [...who, ...what] }));

/** What happens to the world: an event, the process changing, its parent changing, the file changing. */
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.nat(TYPES - 1),
      path: fc.option(fc.constantFrom(...words), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ name: fc.constantFrom(...words) }) },
  { weight: 1, arbitrary: fc.record({ parentName: fc.constantFrom(...words) }) },
  { weight: 1, arbitrary: fc.record({ fileName: fc.constantFrom(...words) }) },
);

function fileOf(fileName: string): World['file'] {
  return { fileName, closed: undefined, closedBefore: undefined };
}

function replay(
  conditions: readonly Written[],
  steps: readonly Partial<Record<string, string | number>>[],
  emittedAtMost?: number,
): void {
  const program = compile(conditions, emittedAtMost);
  const process = { name: 'a', parentName: 'b', generation: 0, verdicts: undefined };
  const world: World = { type: 0, path: undefined, process, file: fileOf('b'), ancestryVersion: 0 };
  for (const change of steps) {
    if ('name' in change) {
      process.name = change.name as string;
      process.generation += 1;
    } else if ('parentName' in change) {
      process.parentName = change.parentName as string;
      world.ancestryVersion += 1;
    } else if ('fileName' in change) {
      world.file = fileOf(change.fileName as string);
    } else {
      world.type = change.type as number;
      world.path = change.path as string | undefined;
      const isOpen = program.isOpen({ ...world, path: undefined }, world.type);
      const count = program.evaluate(world, world.type);
      const expected = [...conditions.keys()].filter((rule) => holds(conditions[rule], world));
      assert.deepEqual([...program.matches.subarray(0, count)], expected);
      assert.ok(isOpen || count === 0, 'what matches was open before the event was looked at');
    }
  }
}

test('a program matches what its conditions say, whatever changes between events', () => {
  fc.assert(
    fc.property(
      fc.array(condition, { minLength: 1, maxLength: 12 }),
      fc.array(step, { maxLength: 40 }),
      (conditions, steps) => replay(conditions, steps),
    ),
    { numRuns: 400, seed: 7 },
  );
});

test('a program of many rules, which looks them up, matches the same', () => {
  fc.assert(
    fc.property(
      fc.array(condition, { minLength: 120, maxLength: 200 }),
      fc.array(step, { maxLength: 30 }),
      (conditions, steps) => replay(conditions, steps),
    ),
    { numRuns: 40, seed: 7 },
  );
});

test('few rules that are looked up match the same as those that are asked', () => {
  fc.assert(
    fc.property(
      fc.array(condition, { minLength: 1, maxLength: 12 }),
      fc.array(step, { maxLength: 40 }),
      (conditions, steps) => replay(conditions, steps, 0),
    ),
    { numRuns: 400, seed: 8 },
  );
});

test('that nothing holds of one text says nothing of another, whichever is looked up first', () => {
  const testOf = (name: string) => ({ test: names.indexOf(name) });
  const program = compile(
    [
      { and: [testOf('name equals a'), testOf('file equals a')] },
      { and: [testOf('name equals a'), testOf('file equals ab')] },
      testOf('path equals b'),
    ],
    0,
  );
  const evaluate = (name: string, path: string): number => {
    const process = { name, parentName: '', generation: 0, verdicts: undefined };
    const world = { type: 0, path, process, file: fileOf('abc'), ancestryVersion: 0 };
    return program.evaluate(world, 0);
  };
  // Of b only the path is asked, and nothing holds of it; of a the file's name comes first, of which nothing holds either.
  assert.deepEqual([evaluate('b', 'a'), evaluate('a', 'b')], [0, 1]);
});

test('rules that are looked up match the same where nothing holds of a text, whichever is looked up first', () => {
  fc.assert(
    fc.property(
      fc.array(usualCondition, { minLength: 3, maxLength: 24 }),
      fc.array(step, { minLength: 8, maxLength: 40 }),
      (conditions, steps) => replay(conditions, steps, 0),
    ),
    { numRuns: 300, seed: 7 },
  );
});

test('event types that no rule can match are not wanted', () => {
  const type = predicates.length - TYPES;
  const program = compile([{ and: [{ test: type + 1 }, { test: 0 }] }]);
  assert.deepEqual([...program.wanted], [0, 1, 0, 0]);
});

test('what a descriptor rules out is closed before the event is looked at, until the descriptor changes', () => {
  const testOf = (name: string) => ({ test: names.indexOf(name) });
  const program = compile([{ and: [testOf('file equals a'), testOf('path equals b')] }]);
  const process = { name: '', parentName: '', generation: 0, verdicts: undefined };
  const world: World = { type: 0, path: 'b', process, file: fileOf('b'), ancestryVersion: 0 };
  assert.deepEqual([program.isOpen(world, 0), program.isOpen(world, 0)], [false, false]);
  world.file = fileOf('a');
  assert.ok(program.isOpen(world, 0));
  assert.equal(program.evaluate(world, 0), 1);
});

const OF_PROCESS: ReadonlySet<Dependency> = new Set(['constant', 'process']);

test('what the process alone rules out never matches, whatever the event, the file and the parent are', () => {
  let ruledOut = 0;
  fc.assert(
    fc.property(
      fc.array(condition, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...words),
      fc.nat(TYPES - 1),
      fc.array(fc.tuple(...Array.from({ length: 3 }, () => fc.constantFrom(...words))), { minLength: 8 }),
      (conditions, name, type, others) => {
        const program = compile(conditions);
        const process = { name, parentName: 'b', generation: 0, verdicts: undefined };
        const world: World = { type, path: undefined, process, file: fileOf('b'), ancestryVersion: 0 };
        if (!program.isRuledOut(world, type, OF_PROCESS)) return;
        ruledOut += 1;
        for (const [path, fileName, parentName] of others) {
          process.parentName = parentName;
          assert.ok(!conditions.some((one) => holds(one, { ...world, path, file: fileOf(fileName) })));
        }
      },
    ),
    { numRuns: 1000, seed: 7 },
  );
  assert.ok(ruledOut > 50, `${ruledOut}`);
});

test('a process is ruled out by its own, though the rest of a part can’t be said', () => {
  const testOf = (name: string) => ({ test: names.indexOf(name) });
  const program = compile([
    { and: [testOf('name equals a'), testOf('path equals b')] },
    { and: [{ or: [testOf('name equals a'), testOf('name equals b')] }, testOf('parent equals b')] },
    { or: [{ and: [testOf('name equals a'), testOf('parent equals a')] }, testOf('name equals b')] },
  ]);
  const isRuledOut = (name: string): boolean => {
    const process = { name, parentName: 'abc', generation: 0, verdicts: undefined };
    const world: World = { type: 0, path: '', process, file: fileOf(''), ancestryVersion: 0 };
    return program.isRuledOut(world, 0, OF_PROCESS);
  };
  assert.deepEqual(['a', 'b', 'ab'].map(isRuledOut), [false, false, true]);
});

test('processes for which the same predicates hold share what is left of the rules', () => {
  const program = compile([{ test: 0 }]);
  const world: World = {
    type: 0,
    path: undefined,
    process: { name: 'x', parentName: '', generation: 0, verdicts: undefined },
    file: fileOf(''),
    ancestryVersion: 0,
  };
  for (let index = 0; index < 1000; index++) {
    world.process = { name: `x${index}`, parentName: '', generation: 0, verdicts: undefined };
    program.evaluate(world, 0);
  }
  assert.equal(program.memory.residues, 1);
});
