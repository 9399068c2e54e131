import { readFileSync } from 'node:fs';
import type { CaptureSection } from '@seawall/events';
import { seedFromProc } from '@seawall/probe';

const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/**
 * What a capture of this machine begins with: its tables as they are now. Events from before tell again what changed
 * since; a process that ended since is only known by its events.
 */
export function* machineTables(): Generator<CaptureSection> {
  yield { kind: 'header', majorVersion: 1, minorVersion: 2 };
  yield* seedFromProc(bootTime());
}

/** When the machine started, to the second: `btime` of /proc/stat (proc(5)). Nanoseconds since the epoch. */
function bootTime(): bigint {
  const seconds = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1];
  return BigInt(seconds ?? 0) * NANOSECONDS_PER_SECOND;
}
