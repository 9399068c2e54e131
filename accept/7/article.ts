import type { AcceptanceResult } from '../row.ts';
import { runTests } from './support/run-tests.ts';

export const title =
  "the article's reference command line of the kubelet: parsed, good and bad about it told";

export async function run(): Promise<AcceptanceResult> {
  return runTests(['packages/posture/src/effective/compute.test.ts'], { namePattern: 'article|2018' });
}
