import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cacheFolder, NATIVE, nodeHeaders, runTool } from './build.ts';
import { errors } from './errors.ts';

/** Signals that reach exactly the process that was meant, at once and without waiting. */
export interface ProcessActions {
  /**
   * Sends a signal to the process that had the pid at a time at which it certainly ran. Whoever has the pid now and
   * started later is another process and gets nothing.
   * @param pid in the host's namespace of pids, above 1.
   * @param signal its number.
   * @param seenAt nanoseconds since the epoch, by the clock as it was when these actions were opened (as events' times are).
   * @returns `gone` where the process has ended.
   * @throws an error with the errno's name as `code` where the kernel refuses (`EPERM`).
   */
  signal(pid: number, signal: number, seenAt: bigint): 'sent' | 'gone';
}

interface Addon {
  signal(pid: number, signal: number, latestStart: bigint): boolean;
  bootTime(): bigint;
}

const SOURCE = join(NATIVE, 'actions', 'process-actions.c');

/**
 * The kernel tells when a process started, by clock ticks, on a clock that is never set; events tell it by the epoch. So
 * much they may be apart where the system's clock is being drawn to the right time. No pid comes round again that fast.
 */
const TOLERANCE = 100_000_000n;

/**
 * Opens the way to signal processes; compiles it when it is needed for the first time, which takes a C compiler alone.
 * @throws probe/NOT_SUPPORTED where there is none; probe/BUILD_FAILED.
 */
export function openProcessActions(): ProcessActions {
  const addon = createRequire(import.meta.url)(buildAddon()) as Addon;
  const bootTime = addon.bootTime();
  return {
    signal: (pid, signal, seenAt) =>
      addon.signal(pid, signal, seenAt - bootTime + TOLERANCE) ? 'sent' : 'gone',
  };
}

function buildAddon(): string {
  const source = readFileSync(SOURCE);
  const digest = createHash('sha256').update(source).update(process.arch).digest('hex').slice(0, 16);
  const folder = join(cacheFolder(), `actions-${digest}`);
  const addon = join(folder, 'process-actions.node');
  if (existsSync(addon)) return addon;
  if (spawnSync('cc', ['--version']).error !== undefined) {
    const reason =
      'cc is missing to compile what signals processes; on Debian or Ubuntu: apt-get install gcc libc6-dev';
    throw errors.create('NOT_SUPPORTED', { reason });
  }
  mkdirSync(cacheFolder(), { recursive: true });
  const scratch = mkdtempSync(`${folder}-`);
  try {
    const output = join(scratch, 'process-actions.node');
    const flags = ['-D_GNU_SOURCE', '-O2', '-Wall', '-fPIC', '-shared', '-I', nodeHeaders()];
    runTool({ command: 'cc', parameters: [...flags, '-o', output, SOURCE] });
    // Whoever else compiles makes the same file: the first one in place is as good as the other.
    if (!existsSync(folder)) renameSync(scratch, folder);
  } catch (error) {
    if (existsSync(addon)) return addon;
    throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return addon;
}
