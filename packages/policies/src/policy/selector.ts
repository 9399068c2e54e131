import { z } from 'zod';
import type { Place, RuleSelector } from './policy.ts';

const text = (what: string) =>
  z.string({ error: `${what} is a text` }).min(1, { error: 'an empty text matches nothing' });

const keys = ['name', 'tag', 'file', 'ruleSet'] as const;

/** An element of `rules`: which rules are meant. */
export const selectorSchema = z
  .strictObject(
    {
      name: text('a rule’s name')
        .describe('Rules of that name; * stands for any text, ? for one character.')
        .optional(),
      tag: text('a tag').describe('Rules with a tag that matches.').optional(),
      file: text('a file’s name').describe('Rules of a file: its path, or the end of it.').optional(),
      ruleSet: text('a rule set’s name').describe('Rules of RuleSet objects.').optional(),
    },
    { error: 'write what stands for rules: - name: NAME, - tag: TAG, - file: FILE or - ruleSet: NAME' },
  )
  .refine((selector) => keys.filter((key) => selector[key] !== undefined).length === 1, {
    error: 'write exactly one of name, tag, file and ruleSet; more of them are elements of their own',
  });

/** @param selector what `selectorSchema` has accepted. */
export function createSelector(selector: z.output<typeof selectorSchema>, place: Place): RuleSelector {
  const by = keys.find((key) => selector[key] !== undefined)!;
  return { by, pattern: selector[by]!, place };
}
