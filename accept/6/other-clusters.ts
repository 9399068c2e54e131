import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { locateShared } from '../../test/shared.ts';
import type { AcceptanceResult } from '../row.ts';
import { judge } from './support/judge.ts';
import { otherCluster } from './support/other-cluster.ts';
import { readSteps, replayRecording } from './support/recording.ts';

export const title =
  'rules and policies name nothing of the recorded cluster, and hold where names, ids, addresses and registries are others';

const ROOT = join(import.meta.dirname, '../..');

export async function run(): Promise<AcceptanceResult> {
  const folder = locateShared('captures/control-plane/a');
  if (folder === undefined) return { skipped: 'there are no shared captures (set SEAWALL_SHARED)' };
  const texts = globSync(['rules/*.yaml', 'rules/policies/*.yaml'], { cwd: ROOT }).map((file) => ({
    file,
    text: readFileSync(join(ROOT, file), 'utf8'),
  }));
  const figures: string[] = [];
  let isGood = true;
  for (const name of ['attack-a', 'quiet-a']) {
    const { recording, own } = otherCluster(join(folder, name));
    try {
      const named = texts.flatMap(({ file, text }) =>
        own.filter((word) => text.includes(word)).map((word) => `${file}: ${word}`),
      );
      for (const place of named) process.stderr.write(`  names the recording: ${place}\n`);
      const alerts = await replayRecording(recording);
      const { mustCount, missing, forbidden, outside } = judge(readSteps(recording), alerts);
      for (const step of missing) process.stderr.write(`  ${name}: missing: ${step}\n`);
      for (const step of forbidden) process.stderr.write(`  ${name}: forbidden: ${step}\n`);
      const wrong = name === 'quiet-a' ? alerts : outside;
      for (const { rule, output } of wrong) {
        process.stderr.write(`  ${name}: ${rule}: ${output}\n`);
      }
      isGood &&= named.length + missing.length + forbidden.length + wrong.length === 0;
      figures.push(
        name === 'quiet-a'
          ? `quiet: ${alerts.length} alerts`
          : `attacked: ${mustCount - missing.length} of ${mustCount} must, ${forbidden.length} must_not, ${outside.length} outside`,
      );
      figures.push(`${named.length} of ${own.length} own names in the rules`);
    } finally {
      rmSync(dirname(recording), { recursive: true });
    }
  }
  return { figure: figures.join('; '), passed: isGood };
}
