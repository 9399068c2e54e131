import type { z } from 'zod';

/** The first thing that is wrong in data, in one sentence: `values.podProcessLimit: expected number, received string`. */
export function schemaProblem({ issues: [issue] }: z.ZodError): string {
  const { path, message } = issue!;
  // The library's sentences begin with how it calls the problem, which tells nobody anything.
  const text = message.replace(/^Invalid (?:input|option): /, '');
  return path.length === 0 ? text : `${path.join('.')}: ${text}`;
}
