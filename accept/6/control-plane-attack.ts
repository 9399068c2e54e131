import type { AcceptanceResult } from '../row.ts';
import { judge } from './support/judge.ts';
import { locateRecording, readSteps, replayRecording } from './support/recording.ts';

export const title =
  'the recorded control plane, attacked: each step raised by the right rule on the right container, nothing else';

export async function run(): Promise<AcceptanceResult> {
  const recording = locateRecording('attack');
  if (recording === undefined) return { skipped: 'there are no shared captures (set SEAWALL_SHARED)' };
  const alerts = await replayRecording(recording);
  const { mustCount, missing, forbiddenCount, forbidden, outside } = judge(readSteps(recording), alerts);
  for (const name of missing) process.stderr.write(`  missing: ${name}\n`);
  for (const name of forbidden) process.stderr.write(`  forbidden: ${name}\n`);
  for (const { rule, output } of outside) process.stderr.write(`  outside the steps: ${rule}: ${output}\n`);
  const figure =
    `${mustCount - missing.length} of ${mustCount} must, ` +
    `${forbidden.length} of ${forbiddenCount} must_not, ${outside.length} outside the steps, ${alerts.length} alerts`;
  return { figure, passed: missing.length + forbidden.length + outside.length === 0 };
}
