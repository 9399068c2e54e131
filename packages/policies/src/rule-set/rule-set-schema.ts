import { z } from 'zod';
import { selectorSchema } from '../policy/selector.ts';

/** `spec` of a RuleSet as it is written. */
export const ruleSetSpecSchema = z
  .strictObject(
    {
      description: z.string({ error: 'a description is a text' }).describe('What it is for.').optional(),
      files: z
        .array(z.string({ error: 'a path is a text' }).min(1), {
          error: 'write a list of rule files: [etcd_rules.yaml]',
        })
        .default([])
        .describe('Rule files, relative to this file.'),
      content: z
        .string({ error: 'write rules as a text block: content: |' })
        .describe('Rules, macros and lists, written right here as a rule file would have them.')
        .optional(),
      select: z
        .array(selectorSchema, { error: 'write a list: - name: NAME, - tag: TAG or - file: FILE' })
        .default([])
        .describe('Rules that others define.'),
    },
    {
      error: ({ input }) =>
        input === undefined
          ? 'spec is missing: it holds files, content or select'
          : 'write spec as keys: files, content, select',
    },
  )
  .refine(({ files, content, select }) => files.length > 0 || content !== undefined || select.length > 0, {
    error: 'it names no rules: add files, content or select',
  });
