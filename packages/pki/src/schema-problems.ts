import { z } from 'zod';

/** Why a file that should hold certain JSON doesn't, in one sentence: `members.0.name: a name is needed`. */
export function damageText(cause: unknown): string {
  if (cause instanceof z.ZodError) return problemsText(cause.issues);
  return (cause as Error).message;
}

/** What a schema found, in one line. */
export function problemsText(issues: readonly z.core.$ZodIssue[]): string {
  const texts = issues.map(({ path, message }) => {
    const place = path.join('.');
    return place === '' ? message : `${place}: ${message}`;
  });
  return [...new Set(texts)].join('; ');
}
