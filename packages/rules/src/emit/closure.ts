import type { PlanNode } from '../plan/node.ts';
import { soonestDecided } from './order.ts';

export type Test<Context> = (context: Context) => boolean;

/** Makes functions of nodes by composing those of their children; equal nodes share one function. */
export function createClosures<Context>(): (node: PlanNode<Context>) => Test<Context> {
  const known = new Map<PlanNode<Context>, Test<Context>>();

  function compile(node: PlanNode<Context>): Test<Context> {
    let test = known.get(node);
    if (test === undefined) {
      test = compileAnew(node);
      known.set(node, test);
    }
    return test;
  }

  function compileAnew(node: PlanNode<Context>): Test<Context> {
    switch (node.kind) {
      case 'constant':
        return () => node.value;
      case 'test': {
        const { holds } = node.predicate;
        return node.isNegated ? (context) => !holds(context) : holds;
      }
      default:
        return joinTests(node.kind, soonestDecided(node.kind, node.children).map(compile));
    }
  }

  return compile;
}

/** All of the tests (`and`), or any of them (`or`); no test at all is true for `and`, false for `or`. */
export function joinTests<Context>(kind: 'and' | 'or', tests: readonly Test<Context>[]): Test<Context> {
  const stopsAt = kind === 'or';
  if (tests.length === 1) return tests[0];
  if (tests.length === 2) {
    const [first, second] = tests;
    return stopsAt
      ? (context) => first(context) || second(context)
      : (context) => first(context) && second(context);
  }
  return (context) => {
    for (let index = 0; index < tests.length; index++) {
      if (tests[index](context) === stopsAt) return stopsAt;
    }
    return !stopsAt;
  };
}
