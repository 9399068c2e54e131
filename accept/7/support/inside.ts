import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AcceptanceResult } from '../../row.ts';

/** What a kubelet changes of the whole machine, namespaces or not (pkg/kubelet/cm/container_manager_linux.go). */
const KERNEL_SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
].map((name) => `/proc/sys/${name}`);

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
  const before = KERNEL_SETTINGS.map((path) => readFileSync(path, 'utf8'));
  const result = spawnSync(
    'unshare',
    ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', ...node, ...parameters],
    { encoding: 'utf8', timeout: 1_500_000, maxBuffer: 64 << 20 },
  );
  for (const [index, path] of KERNEL_SETTINGS.entries()) writeFileSync(path, before[index]!);
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
