import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeSupport } from '@seawall/probe';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'the probe killed, started twice, started without rights, on a full disk: clear message, nothing left behind in the kernel';

const MAIN = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'src', 'main.ts');
const RULE = `
- rule: Marked
  desc: x
  condition: evt.type = openat and fd.name endswith seawall-mishap
  output: marked %fd.name
  priority: INFO
`;

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  if (spawnSync('bpftool', ['version']).status !== 0) return { skipped: 'bpftool is not installed' };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  const rules = join(folder, 'rules.yaml');
  writeFileSync(rules, RULE);
  const faults: string[] = [];
  const check = (holds: boolean, what: string): void => {
    if (!holds) faults.push(what);
  };
  try {
    const before = loadedPrograms();
    const killed = await startWatch(rules);
    check(loadedPrograms() > before, 'no program is in the kernel while it watches');
    killed.process.kill('SIGKILL');
    await killed.ended;
    check(await isReached(() => loadedPrograms() <= before), 'programs stay in the kernel after SIGKILL');

    const both = await Promise.all([startWatch(rules), startWatch(rules)]);
    writeFileSync(join(folder, 'seawall-mishap'), '');
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const { process } of both) process.kill('SIGINT');
    for (const { output } of both)
      check(/marked .*seawall-mishap/.test(await output), 'one of two saw nothing');
    check(await isReached(() => loadedPrograms() <= before), 'programs stay in the kernel after two watched');

    const weak = spawnSync(
      'setpriv',
      [
        '--bounding-set=-all',
        '--inh-caps=-all',
        '--reuid=65534',
        process.execPath,
        ...process.execArgv,
        MAIN,
        'probe',
        'status',
      ],
      { encoding: 'utf8' },
    );
    check(weak.status === 1 && /takes root/.test(weak.stdout), 'without rights the message is not clear');

    const full = spawnSync(
      process.execPath,
      [...process.execArgv, MAIN, 'capture', 'record', '-w', '/dev/full', '--seconds', '2'],
      { encoding: 'utf8' },
    );
    check(full.status === 3 && /\/dev\/full/.test(full.stderr), `a full disk: exit code ${full.status}`);
    check(await isReached(() => loadedPrograms() <= before), 'programs stay in the kernel after a full disk');
    const figure = faults.length === 0 ? 'all five as wanted' : faults.join('; ');
    return { figure, passed: faults.length === 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Programs of ours that the kernel has. */
function loadedPrograms(): number {
  const { stdout } = spawnSync('bpftool', ['prog', 'list', '-j'], { encoding: 'utf8' });
  const programs = JSON.parse(stdout) as readonly { name?: string }[];
  return programs.filter(({ name }) => /^(exit_|process_(exec|fork|exit))/.test(name ?? '')).length;
}

/** The kernel takes programs off a while after the process has gone. */
async function isReached(holds: () => boolean): Promise<boolean> {
  const end = performance.now() + 15_000;
  while (performance.now() < end) {
    if (holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
}

interface StartedWatch {
  readonly process: ChildProcess;
  readonly ended: Promise<unknown>;
  /** Standard output, when it has ended. */
  readonly output: Promise<string>;
}

function startWatch(rules: string): Promise<StartedWatch> {
  const child = spawn(process.execPath, [...process.execArgv, MAIN, 'watch', '--rules', rules], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    printed += bytes.toString();
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const output = ended.then(() => printed);
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes('watching this machine')) resolve({ process: child, ended, output });
    });
    child.on('close', () => reject(new Error(`it ended: ${said}`)));
  });
}
