import { fail, type Scanner } from './scanner.ts';

/**
 * The deepest nesting of grammar productions; the place where a condition is refused depends on it, so each
 * production counts exactly where Falco's does.
 */
const nestingLimit = 100;

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
  scanner.depth++;
  if (scanner.depth >= nestingLimit) fail(scanner, 'CONDITION_TOO_DEEP', { limit: nestingLimit });
  const result = parse(scanner, first as First, second as Second);
  scanner.depth--;
  return result;
}
