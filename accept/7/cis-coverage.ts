import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'every id of CIS 1.12, 1.11 and 1.10, sections 1.1 to 1.4, 2, 3, 4.1 to 4.3 (missing = 0)';

export async function run(): Promise<AcceptanceResult> {
  const script = join(import.meta.dirname, '../../scripts/cis-coverage.ts');
  const result = spawnSync(process.execPath, ['--conditions=seawall-source', script], { encoding: 'utf8' });
  return { figure: result.stdout.trim().replaceAll('\n', '; '), passed: result.status === 0 };
}
