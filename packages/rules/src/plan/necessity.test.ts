import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { both, either, type Judgement, type Necessity, necessityOf } from './necessity.ts';
import { createNodeTable, type PlanNode } from './node.ts';
import type { Predicate } from './predicate.ts';

/** A comparison of the text under test with a start, one that is known, or one of which nothing is known. */
type Atom =
  | { readonly kind: 'start'; readonly text: string }
  | { readonly kind: 'known' | 'unknown'; readonly value: boolean };

const text = fc.stringMatching(/^[ab/]{0,4}$/);
const atom: fc.Arbitrary<Atom> = fc.oneof(
  fc.record({ kind: fc.constant('start' as const), text }),
  fc.record({ kind: fc.constantFrom('known' as const, 'unknown' as const), value: fc.boolean() }),
);

interface Tree {
  readonly kind: 'atom' | 'and' | 'or';
  readonly atom: Atom;
  readonly isNegated: boolean;
  readonly children: readonly Tree[];
}

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    kind: fc.oneof(
      { maxDepth: 3 },
      fc.constant('atom' as const),
      fc.constantFrom('and' as const, 'or' as const),
    ),
    atom,
    isNegated: fc.boolean(),
    children: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('tree'), { maxLength: 3 })),
  }),
}));

function isStartedBy(necessity: Necessity, subject: string): boolean {
  return necessity === 'anything' || necessity.some((start) => subject.startsWith(start));
}

test('no text for which a condition holds is left out, whatever the comparisons say of which nothing is known', () => {
  fc.assert(
    fc.property(tree, text, (root, subject) => {
      const nodes = createNodeTable<unknown>();
      const atoms: Atom[] = [];
      const holds = ({ id }: Predicate<unknown>): boolean => {
        const found = atoms[id];
        return found.kind === 'start' ? subject.startsWith(found.text) : found.value;
      };
      const judge = ({ id }: Predicate<unknown>): Judgement => {
        const found = atoms[id];
        if (found.kind === 'start') return { startsWith: [found.text] };
        return found.kind === 'known' ? found.value : undefined;
      };
      function plan({ kind, atom: leaf, isNegated, children }: Tree): PlanNode<unknown> {
        if (kind !== 'atom') return nodes[kind](children.map(plan));
        const predicate = { id: atoms.push(leaf) - 1, lifetime: 'event' } as Predicate<unknown>;
        return nodes.test(predicate, isNegated);
      }
      function decide(node: PlanNode<unknown>): boolean {
        switch (node.kind) {
          case 'constant':
            return node.value;
          case 'test':
            return holds(node.predicate) !== node.isNegated;
          case 'and':
            return node.children.every(decide);
          case 'or':
            return node.children.some(decide);
        }
      }
      const node = plan(root);
      if (decide(node)) assert.ok(isStartedBy(necessityOf(node, judge), subject));
    }),
  );
});

test('of two sets of starts, both holds for what starts like one of each, either for what starts like one', () => {
  fc.assert(
    fc.property(fc.array(text), fc.array(text), text, (left, right, subject) => {
      const isLeft = isStartedBy(left, subject);
      const isRight = isStartedBy(right, subject);
      assert.equal(isStartedBy(both(left, right), subject), isLeft && isRight);
      assert.equal(isStartedBy(either(left, right), subject), isLeft || isRight);
    }),
  );
});
