import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { AcceptanceResult } from '../../row.ts';

const root = join(import.meta.dirname, '../../..');

/** Runs test files of the repository whose statements are the row, and gives their count as the figure. */
export function runTests(
  files: readonly string[],
  options: { readonly namePattern?: string } = {},
): AcceptanceResult {
  const parameters = [
    '--conditions=seawall-source',
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-reporter=tap',
    ...(options.namePattern === undefined ? [] : [`--test-name-pattern=${options.namePattern}`]),
    ...files,
  ];
  const result = spawnSync(process.execPath, parameters, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  const count = (name: string) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(result.stdout)?.[1] ?? 0);
  const failed = [...result.stdout.matchAll(/^\s*not ok \d+ - (.*)$/gm)].map((match) => match[1]);
  const figure = `${count('pass')} statements hold, ${count('fail')} do not${failed.length > 0 ? `: ${failed.join('; ')}` : ''}, ${count('skipped')} skipped`;
  return { figure, passed: result.status === 0 && count('pass') > 0 && count('skipped') === 0 };
}
