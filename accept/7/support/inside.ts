import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withCleanUp } from '../../5/support/clean-up.ts';
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
 * and a network without touching this machine's; everything in it ends with it, and its temporary files go. The script's last line of
 * output is the result, as JSON.
 */
export function runInside(script: string, parameters: readonly string[]): Promise<AcceptanceResult> {
  return withCleanUp(async (cleanUp, signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'seawall-inside-'));
    // What ran in there may be ending still.
    cleanUp(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
    for (const path of KERNEL_SETTINGS) {
      const before = readFileSync(path, 'utf8');
      cleanUp(() => writeFileSync(path, before));
    }
    const node = [
      process.execPath,
      '--conditions=seawall-source',
      '--disable-warning=ExperimentalWarning',
      script,
    ];
    const { status, stdout, stderr } = await run(
      'unshare',
      ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', ...node, ...parameters],
      folder,
      signal,
    );
    signal.throwIfAborted();
    try {
      return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as AcceptanceResult;
    } catch {
      return { figure: `the script ended with ${status}: ${(stderr + stdout).slice(-1500)}`, passed: false };
    }
  });
}

interface Ended {
  /** Its exit code, or the signal that ended it. */
  readonly status: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  program: string,
  parameters: readonly string[],
  temporary: string,
  signal: AbortSignal,
): Promise<Ended> {
  const options = {
    // unshare itself ignores whatever else asks for its end.
    ...({ signal, killSignal: 'SIGKILL', timeout: 1_500_000, maxBuffer: 64 << 20 } as const),
    env: { ...process.env, TMPDIR: temporary },
  };
  return new Promise((resolve) => {
    let ended: Ended;
    const child = execFile(program, parameters, options, (error, stdout, stderr) => {
      ended = { status: error === null ? 0 : (error.signal ?? error.code), stdout, stderr };
    });
    child.once('close', () => resolve(ended));
  });
}
