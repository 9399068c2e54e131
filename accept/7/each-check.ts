import type { AcceptanceResult } from '../row.ts';
import { runTests } from './support/run-tests.ts';

export const title =
  'each check has a passing, a failing and an unknown fixture, and its written fix applied to the failing one makes it pass (fixtures; the real components are rows of their own)';

export async function run(): Promise<AcceptanceResult> {
  return runTests(['packages/posture/src/checks/table.test.ts']);
}
