import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What `npm run bench:live -- --json` prints. */
export interface LiveBench {
  /** Nanoseconds that an empty program adds to getppid. */
  readonly unit: number;
  /** What an empty program where files are opened takes, in units: the kernel's part of it. */
  readonly floors: { readonly getppid: number; readonly open: number };
  readonly rows: readonly {
    readonly name: string;
    readonly units: number;
    readonly unitsSpread: number;
    readonly percent: number;
    readonly percentSpread: number;
  }[];
  readonly agentShare: number;
  readonly agentBytes: number;
}

/** Runs the benchmark; undefined where this machine can't be watched or there are no rules. */
export function benchLive(rounds: number): LiveBench | undefined {
  const file = join(import.meta.dirname, '..', '..', '..', 'bench', 'live.ts');
  const words = [...process.execArgv, file, '--json', '--rounds', String(rounds)];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status === 3) return undefined;
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as LiveBench;
}
