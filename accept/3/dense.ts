import type { AcceptanceResult } from '../row.ts';
import { replayRow } from './support/benchmark.ts';

export const title =
  'dense copy (only event types that stock rules look at), 93 rules: at most 0.60 units of sysdig on that same file';

export async function run(): Promise<AcceptanceResult> {
  return replayRow(({ dense }) => dense, 0.6);
}
