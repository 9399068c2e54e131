import { z } from 'zod';
import { errors } from '../errors.ts';
import { schemaProblem } from '../schema-problem.ts';
import type { Report, ReportedResult } from './report.ts';

const baselineSchema = z.object({
  format: z.literal('seawall.dev/posture-report/v1'),
  results: z.array(
    z.object({
      check: z.string(),
      instance: z.string(),
      status: z.enum(['PASS', 'FAIL', 'UNKNOWN', 'NOT APPLICABLE']),
    }),
  ),
});

/** A check whose answer is another than in the baseline. */
export interface Change {
  readonly result: ReportedResult;
  /** Undefined: the baseline doesn't have it. */
  readonly before: string | undefined;
}

/**
 * What changed since an earlier report. Process numbers in labels are left out of account, for they change with each restart.
 * Throws `posture/BAD_BASELINE` when the text is no such report.
 * @param path named in messages.
 */
export function compareWithBaseline(report: Report, text: string, path: string): readonly Change[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw errors.create('BAD_BASELINE', { path, reason: (error as Error).message }, error);
  }
  const parsed = baselineSchema.safeParse(value);
  if (!parsed.success) {
    throw errors.create('BAD_BASELINE', { path, reason: schemaProblem(parsed.error) }, parsed.error);
  }
  const keyOf = ({ check, instance }: { check: string; instance: string }) =>
    `${check} ${instance.replace(/process \d+/, 'process')}`;
  const before = new Map(parsed.data.results.map((result) => [keyOf(result), result.status]));
  return report.results.flatMap((result) => {
    const status = before.get(keyOf(result));
    return status === result.status ? [] : [{ result, before: status }];
  });
}
