import { fail, type Scanner } from './scanner.ts';

/**
 * Goes to a depth of productions of the grammar; the place where a condition is refused depends on it, so each
 * production counts exactly where Falco's does. @throws CONDITION_TOO_DEEP at the limit.
 */
export function enter(scanner: Scanner, depth: number): void {
  scanner.depth = depth;
  const { nesting } = scanner;
  if (depth >= nesting) fail(scanner, 'CONDITION_TOO_DEEP', { limit: nesting });
}

/**
 * Runs a production one level deeper; what it needs besides the scanner goes with it, as a function made for each would
 * cost more than most productions do. @throws CONDITION_TOO_DEEP at the limit.
 */
export function nested<Result, First = undefined, Second = undefined>(
  scanner: Scanner,
  parse: (scanner: Scanner, first: First, second: Second) => Result,
  first?: First,
  second?: Second,
): Result {
  enter(scanner, scanner.depth + 1);
  const result = parse(scanner, first as First, second as Second);
  scanner.depth--;
  return result;
}
