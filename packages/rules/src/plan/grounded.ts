import type { Dependency } from '../catalogue/catalogue.ts';
import type { Candidate } from './candidate.ts';
import { decide } from './decide.ts';
import { relax } from './relax.ts';

/** What of each candidate has to hold and rests on nothing but some grounds. */
export interface Grounded<Context> {
  /** Whether each candidate asks something of the kind: only then can all of them be ruled out by it. */
  readonly isAskedByAll: boolean;
  /** Whether that alone rules out every candidate for the process that the context shows. */
  rulesOutAll(context: Context): boolean;
}

/** Finds what is left of candidates where only comparisons have a say that rest on these grounds alone. */
export function groundCandidates<Context>(
  candidates: readonly Candidate<Context>[],
  grounds: ReadonlySet<Dependency>,
): Grounded<Context> {
  const parts = candidates.map(({ scopeParts }) =>
    scopeParts.flatMap(
      (part) => relax(part, ({ dependsOn }) => dependsOn.every((one) => grounds.has(one))) ?? [],
    ),
  );
  const isAskedByAll = parts.every((asked) => asked.length > 0);
  return {
    isAskedByAll,
    rulesOutAll: (context) =>
      isAskedByAll &&
      parts.every((asked) => asked.some((part) => !decide(part, ({ holds }) => holds(context)))),
  };
}
