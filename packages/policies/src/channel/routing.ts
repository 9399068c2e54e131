import type { Severity } from '@seawall/store';
import { z } from 'zod';
import { createPattern, type PatternTest } from '../scope/pattern.ts';

const severities = ['high', 'medium', 'low', 'info'] as const satisfies readonly Severity[];

export const severity = z.enum(severities, { error: `a severity is one of ${severities.join(', ')}` });

/** Names, with `*` for any text and `?` for one character. */
const patterns = z
  .array(z.string().min(1))
  .min(1, { error: 'an empty list would take nothing: leave it out' });

const labels = z.record(z.string(), z.string());

/** What a channel takes; whatever is left out is not asked for. */
export const routing = z.strictObject({
  minimumSeverity: severity.optional(),
  severities: z.array(severity).min(1).optional(),
  policies: patterns.optional(),
  namespaces: patterns.optional(),
  /** All of these labels with values that match; `*` takes any value. */
  podLabels: labels.optional(),
  containerLabels: labels.optional(),
});

export type Routing = z.infer<typeof routing>;

/** Whether a severity is at least as bad as another. */
export function isAtLeast(actual: Severity, least: Severity): boolean {
  return severities.indexOf(actual) <= severities.indexOf(least);
}

const compiled = new Map<string, PatternTest>();

/** Whether a name is what a pattern means: `*` stands for any text, also none, `?` for one character. */
export function matchesPattern(pattern: string, name: string): boolean {
  let test = compiled.get(pattern);
  if (test === undefined) {
    test = createPattern(pattern);
    compiled.set(pattern, test);
  }
  return test(name);
}

/** For sorting: the worst first. */
export function compareSeverities(left: Severity, right: Severity): number {
  return severities.indexOf(left) - severities.indexOf(right);
}
