import { runCases } from '../../conformance/regression/run-cases.ts';
import { locateShared } from '../../test/shared.ts';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'regression cases: all 261 with a falco_0_44 result equal to it, all 132 audit cases equal to expect, the other 11 named with the reason';

/** Cases without a result of Falco 0.44's and without audit events: docs/compatibility.md says why each is left out. */
const OTHERS = 11;

export async function run(): Promise<AcceptanceResult> {
  const folder = locateShared('conformance');
  if (folder === undefined) return { skipped: 'there is no conformance folder (set SEAWALL_SHARED)' };
  const captures = await runCases(folder, ({ falco_0_44 }) => falco_0_44 !== undefined);
  const audit = await runCases(folder, ({ requires }) => requires !== undefined);
  const others = await runCases(folder, ({ falco_0_44, requires, kind }) => {
    return falco_0_44 === undefined && requires === undefined && kind !== 'cli';
  });
  const failures = [...captures.failures, ...audit.failures, ...others.failures].map(({ name }) => name);
  const figure = [
    `${captures.passed} of ${captures.total} as Falco 0.44`,
    `${audit.passed} of ${audit.total} audit cases as expected`,
    `of the other ${OTHERS}, ${others.passed} of ${others.total} that is a run passes, the rest are named`,
    ...failures,
  ].join('; ');
  return { figure, passed: captures.total === 261 && audit.total === 132 && failures.length === 0 };
}
