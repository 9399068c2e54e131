import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { BUILD_PACKAGES, missingBuildTools, probeSupport } from '@seawall/probe';
import type { Terminal } from '../terminal/terminal.ts';

/** Where apt-get is, on the machines that have it. */
const APT = '/usr/bin/apt-get';

/**
 * Makes this machine ready to be watched live: installs what building the probe takes, after saying so.
 * @returns why it can not be watched; undefined when it can.
 */
export function prepareLive({ errors, environment }: Terminal): string | undefined {
  const support = probeSupport();
  if (!support.isSupported) return support.reason;
  const missing = missingBuildTools();
  if (missing.length === 0) return undefined;
  const command = `apt-get install -y --no-install-recommends ${BUILD_PACKAGES.join(' ')}`;
  const wanted = `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing to build the probe`;
  if (!existsSync(APT)) return `${wanted}; on Debian or Ubuntu: ${command}`;
  errors.write(`${wanted}: running ${command} ...\n`);
  const { status, stderr } = spawnSync(APT, command.split(' ').slice(1), {
    encoding: 'utf8',
    env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status === 0 && missingBuildTools().length === 0) return undefined;
  return `${wanted}, and "${command}" did not bring it: ${stderr.trim().split('\n').at(-1) ?? ''}`;
}
