import type { AcceptanceResult } from '../row.ts';
import { runTests } from './support/run-tests.ts';

export const title = 'hostile files: clear UNKNOWN with the reason, nothing followed outside the root';

export async function run(): Promise<AcceptanceResult> {
  return runTests(['packages/posture/src/node/tree.test.ts']);
}
