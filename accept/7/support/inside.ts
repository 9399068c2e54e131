import { spawnSync } from 'node:child_process';
import type { AcceptanceResult } from '../../row.ts';

/**
 * Runs a script in mount, network and process namespaces of its own, so that real components may have /etc/kubernetes, their usual ports
 * and a network without touching this machine's; everything in it ends with it. The script's last line of output is the result, as JSON.
 */
export function runInside(script: string, parameters: readonly string[]): AcceptanceResult {
  const node = [
    process.execPath,
    '--conditions=seawall-source',
    '--disable-warning=ExperimentalWarning',
    script,
  ];
  const result = spawnSync(
    'unshare',
    ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', ...node, ...parameters],
    { encoding: 'utf8', timeout: 1_500_000, maxBuffer: 64 << 20 },
  );
  const last = result.stdout.trim().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(last) as AcceptanceResult;
  } catch {
    return {
      figure: `the script ended with ${result.status}: ${(result.stderr + result.stdout).slice(-1500)}`,
      passed: false,
    };
  }
}
