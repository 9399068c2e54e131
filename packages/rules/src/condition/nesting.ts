import { fail, type Scanner } from './scanner.ts';

/**
 * The deepest nesting of grammar productions; the place where a condition is refused depends on it, so each
 * production counts exactly where Falco's does.
 */
const nestingLimit = 100;

/** Runs a production one level deeper. @throws CONDITION_TOO_DEEP at the limit. */
export function nested<Result>(scanner: Scanner, parse: () => Result): Result {
  scanner.depth++;
  if (scanner.depth >= nestingLimit) fail(scanner, 'CONDITION_TOO_DEEP', { limit: nestingLimit });
  const result = parse();
  scanner.depth--;
  return result;
}
