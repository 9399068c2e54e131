import type { Severity } from './types/finding.ts';

/** Worst first: a severity is stored as its place here. */
export const severities: readonly Severity[] = ['high', 'medium', 'low', 'info'];

export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}
