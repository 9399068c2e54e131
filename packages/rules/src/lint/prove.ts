import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import type { Condition } from '../condition/tree.ts';
import { excludeEachOther } from './exclude.ts';
import { createLiteral, type Literal } from './literal.ts';

/** Two checks that can't both hold, of which the condition needs both. */
export interface Refutation {
  readonly first: Literal;
  readonly second: Literal;
}

/** Beyond so many steps a proof isn't worth its time. */
const mostSteps = 20_000;

/**
 * Tries to prove that a condition (or its opposite) never holds: two checks that it needs exclude each other, or
 * every branch of an `or` runs into such a pair.
 * @returns the last pair found; undefined when nothing is proved, which doesn't mean that it can hold.
 */
export function refute(
  condition: Condition,
  isNegated: boolean,
  catalogue: FieldCatalogue,
): Refutation | undefined {
  return refuteGiven(condition, isNegated, [], { catalogue, steps: 0 });
}

interface Proof {
  readonly catalogue: FieldCatalogue;
  steps: number;
}

function refuteGiven(
  condition: Condition,
  isNegated: boolean,
  known: readonly Literal[],
  proof: Proof,
): Refutation | undefined {
  const literals: Literal[] = [...known];
  const choices: { node: Condition & { kind: 'and' | 'or' }; isNegated: boolean }[] = [];
  const needed = [{ node: condition, isNegated }];
  for (let next = needed.shift(); next !== undefined; next = needed.shift()) {
    const { node, isNegated: isOpposite } = next;
    if (node.kind === 'not') needed.unshift({ node: node.child, isNegated: !isOpposite });
    else if (node.kind === 'and' || node.kind === 'or') {
      const isConjunction = (node.kind === 'and') !== isOpposite;
      if (isConjunction) {
        needed.unshift(...node.children.map((child) => ({ node: child, isNegated: isOpposite })));
      } else choices.push({ node, isNegated: isOpposite });
    } else if (node.kind === 'comparison' || node.kind === 'exists') {
      const literal = createLiteral(node, isOpposite);
      const opponent = findOpponent(literal, literals, proof);
      if (opponent !== undefined) return { first: opponent, second: literal };
      literals.push(literal);
    }
  }
  for (const { node, isNegated: isOpposite } of choices) {
    let last: Refutation | undefined;
    for (const branch of node.children) {
      last = refuteGiven(branch, isOpposite, literals, proof);
      if (last === undefined) break;
    }
    if (last !== undefined) return last;
  }
  return undefined;
}

function findOpponent(literal: Literal, literals: readonly Literal[], proof: Proof): Literal | undefined {
  return literals.find((other) => {
    proof.steps++;
    return proof.steps <= mostSteps && excludeEachOther(literal, other, proof.catalogue);
  });
}
