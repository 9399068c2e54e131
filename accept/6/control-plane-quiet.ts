import type { AcceptanceResult } from '../row.ts';
import { locateRecording, replayRecording } from './support/recording.ts';

export const title = 'the same control plane, quiet: no finding at all with the library';

export async function run(): Promise<AcceptanceResult> {
  const recording = locateRecording('quiet');
  if (recording === undefined) return { skipped: 'there are no shared captures (set SEAWALL_SHARED)' };
  const alerts = await replayRecording(recording);
  for (const { rule, output } of alerts) process.stderr.write(`  ${rule}: ${output}\n`);
  return { figure: `${alerts.length} alerts`, passed: alerts.length === 0 };
}
