import { existsSync, readFileSync } from 'node:fs';
import type { Terminal } from '../terminal/terminal.ts';

/** What the agent needs of root's rights, and for what (capabilities(7)). */
export const neededCapabilities = {
  bpf: 'to load the probe and enforcement',
  perfmon: 'to attach them to tracepoints',
  sys_admin: 'the same on kernels before 5.8, and fanotify',
  net_admin: 'to refuse connections of guarded cgroups',
  sys_ptrace: 'to read /proc of all processes',
  sys_chroot: 'to look where the files of containers begin',
  dac_read_search: 'to read files of other users in /proc and in containers',
  kill: 'to end processes',
  sys_nice: 'to give the thread that does so its turn first',
  syslog: 'to read from /proc/kallsyms where the kernel closes files, which tells a script that is run',
  setpcap: 'to give up the others',
} as const;

/** Numbers of capabilities by name (include/uapi/linux/capability.h). */
const NUMBERS: Readonly<Record<keyof typeof neededCapabilities, number>> = {
  dac_read_search: 2,
  kill: 5,
  setpcap: 8,
  net_admin: 12,
  sys_chroot: 18,
  sys_ptrace: 19,
  sys_admin: 21,
  sys_nice: 23,
  syslog: 34,
  perfmon: 38,
  bpf: 39,
};

/** util-linux's, on every Debian. */
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];

/** Set by ourselves, so that it happens once. */
const MARK = 'SEAWALL_CAPABILITIES_DROPPED';

/**
 * Gives up every right of root's that the agent doesn't need, for itself and what it starts: this process goes on as the
 * same program with fewer capabilities. Does nothing where that was done before, for other users, and where it can't be
 * done, which is then told.
 */
export function dropCapabilities({ environment, errors }: Terminal): void {
  if (process.getuid?.() !== 0 || environment[MARK] === '1') return;
  const held = boundingSet();
  const needed = Object.values(NUMBERS).reduce((set, number) => set | (1n << BigInt(number)), 0n);
  if ((held & ~needed) === 0n) return;
  const setpriv = SETPRIV.find((path) => existsSync(path));
  if (setpriv === undefined || process.execve === undefined) {
    errors.write('all rights of root are kept: setpriv (of util-linux) is missing to give them up\n');
    return;
  }
  const names = Object.entries(NUMBERS)
    .filter(([, number]) => (held & (1n << BigInt(number))) !== 0n)
    .map(([name]) => `+${name}`);
  const set = ['-all', ...names].join(',');
  process.execve(
    setpriv,
    [
      setpriv,
      `--bounding-set=${set}`,
      '--inh-caps=-all',
      '--no-new-privs',
      process.execPath,
      ...process.execArgv,
      ...process.argv.slice(1),
    ],
    { ...(environment as NodeJS.ProcessEnv), [MARK]: '1' },
  );
}

function boundingSet(): bigint {
  const [, digits = '0'] = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  return BigInt(`0x${digits}`);
}
