import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAhead, probeSupport } from '@seawall/probe';
import type { AcceptanceResult } from '../row.ts';
import { runOnKernel, unpackKernels } from './support/virtual-machine.ts';

export const title =
  'on other kernels, each in a virtual machine: the probe loads, sees, leaves out and denies as it does on this one';

const ROOT = join(import.meta.dirname, '..', '..');
const TESTS = [
  'packages/probe/src/live-calls.test.ts',
  'packages/probe/src/received.test.ts',
  'packages/probe/src/enforce/enforcement-live.test.ts',
  'packages/probe/src/enforce/guards-live.test.ts',
  'packages/probe/src/enforce/programs-live.test.ts',
  'packages/probe/src/enforce/running-containers-live.test.ts',
  'packages/probe/src/enforce/network.test.ts',
  'packages/probe/src/process-actions.test.ts',
  'packages/agent/src/live/changing-types.test.ts',
  'packages/agent/src/live/received-descriptors.test.ts',
  'packages/agent/src/live/watch-live.test.ts',
];
/** Emulated processors are a tenth as fast. */
const MINUTES = 30;

/**
 * The kernels are those of the Debian packages in the folder SEAWALL_KERNELS; without one the distribution's newest, which
 * is a year or two older than what tests usually run on.
 */
export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const missing = ['qemu-system-x86_64', 'dpkg-deb'].filter(
    (program) => spawnSync(program, ['--version']).error,
  );
  if (!existsSync('/bin/busybox')) missing.push('busybox-static');
  if (missing.length > 0) return { skipped: `${missing.join(', ')} not installed` };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  try {
    const packages = findPackages(folder);
    if (packages.length === 0)
      return { skipped: 'no package of a kernel (SEAWALL_KERNELS names a folder of them)' };
    await buildAhead({ withEnforcement: true });
    const figures: string[] = [];
    let isPassed = true;
    for (const kernel of unpackKernels(packages, join(folder, 'kernels'))) {
      const output = await runOnKernel(kernel, jobOf(TESTS), folder, MINUTES);
      const failed = TESTS.filter((test) => !output.includes(`SEAWALL ${test} 0\n`));
      const sum = (name: string) =>
        [...output.matchAll(new RegExp(`^ℹ ${name} (\\d+)`, 'gm'))].reduce(
          (all, match) => all + Number(match[1]),
          0,
        );
      isPassed &&= failed.length === 0 && sum('pass') > 0;
      figures.push(`${kernel.release}: ${sum('pass')} of ${sum('tests')} tests, ${sum('skipped')} skipped`);
      if (failed.length > 0) process.stderr.write(output);
    }
    return { passed: isPassed, figure: figures.join('; ') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function findPackages(folder: string): readonly string[] {
  const given = process.env.SEAWALL_KERNELS;
  if (given !== undefined) return globSync('*.deb', { cwd: given }).map((file) => join(given, file));
  const { stdout } = spawnSync('apt-cache', ['depends', 'linux-image-amd64'], { encoding: 'utf8' });
  const name = /Depends: (linux-image-\S+)/.exec(stdout ?? '')?.[1];
  if (name === undefined) return [];
  spawnSync('apt-get', ['download', '-qq', name], { cwd: folder, stdio: 'ignore' });
  return globSync('*.deb', { cwd: folder }).map((file) => join(folder, file));
}

function jobOf(tests: readonly string[]): string {
  // Without what was compiled here WebAssembly strips types there, slowly, and V8's check of its code then fails now and then.
  const cache = process.env.NODE_COMPILE_CACHE ?? '';
  const node = [process.execPath, ...process.execArgv, '--test'].map((word) => `'${word}'`).join(' ');
  return [
    `cd '${ROOT}'`,
    `export NODE_COMPILE_CACHE='${cache}'`,
    'export NO_COLOR=1 HOME=/root TMPDIR=/run PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...tests.map((test) => `${node} ${test}; echo "SEAWALL ${test} $?"`),
  ].join('\n');
}
