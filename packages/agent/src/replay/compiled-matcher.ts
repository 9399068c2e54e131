import { type CompilableRule, compileProgram, type FieldCatalogue, type ScopeTracker } from '@seawall/rules';
import type { Matcher } from './matcher.ts';

export interface CompiledMatcherOptions<Context> {
  readonly catalogue: FieldCatalogue<Context>;
  /** Where verdicts about processes are kept, for sources that have processes. */
  readonly tracker?: ScopeTracker<Context>;
  /** Whether only the first rule that matches counts. */
  readonly isFirstOnly: boolean;
}

/** Evaluates rules with a compiled program: the way for everything but finding out what the program should say. */
export function createCompiledMatcher<Context>(
  rules: readonly CompilableRule<Context>[],
  { catalogue, tracker, isFirstOnly }: CompiledMatcherOptions<Context>,
): Matcher<Context> {
  const program = compileProgram(rules, catalogue, tracker);
  if (!isFirstOnly) return program;
  return { ...program, evaluate: (context, eventType) => Math.min(1, program.evaluate(context, eventType)) };
}
