import { existsSync } from 'node:fs';
import { BUILD_PACKAGES, missingBuildTools, probeSupport } from '@seawall/probe';
import type { Terminal } from '../terminal/terminal.ts';
import { installCommand, installPackages } from './install-packages.ts';

/** Where apt-get is, on the machines that have it. */
const APT = '/usr/bin/apt-get';

/**
 * Makes this machine ready to be watched live: installs what building the probe takes, after saying so.
 * @param signal ends what is being installed.
 * @returns why it can not be watched; undefined when it can.
 * @throws the signal's reason
 */
export async function prepareLive(terminal: Terminal, signal: AbortSignal): Promise<string | undefined> {
  const support = probeSupport();
  if (!support.isSupported) return support.reason;
  const missing = missingBuildTools();
  if (missing.length === 0) return undefined;
  const wanted = `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing to build the probe`;
  const command = installCommand(BUILD_PACKAGES);
  if (!existsSync(APT)) return `${wanted}; on Debian or Ubuntu: ${command}`;
  const failure = await installPackages(APT, BUILD_PACKAGES, wanted, terminal, signal);
  if (failure === undefined && missingBuildTools().length === 0) return undefined;
  return `${wanted}, and "${command}" did not bring it: ${failure ?? 'it said that all was well'}`;
}
