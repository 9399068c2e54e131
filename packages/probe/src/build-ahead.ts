import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { nextTurn } from '@seawall/base';
import {
  beginBuild,
  buildFailure,
  cacheFolder,
  isBuilt,
  probeRecipe,
  putInPlace,
  type Recipe,
  type ToolRun,
} from './build.ts';
import { enforcementRecipe } from './enforce/build.ts';
import { errors } from './errors.ts';
import { probeSupport } from './support.ts';

export interface BuildAheadOptions {
  /** Ends it, with nothing left behind. */
  readonly signal?: AbortSignal;
  /** Something has to be compiled, which takes a while: told before it begins. */
  onBuild?(what: string): void;
  /** Whether enforcement is compiled as well. Where that fails, whoever asks for enforcement is told why. */
  readonly withEnforcement?: boolean;
}

/**
 * Compiles what opening the probe would compile, while this thread stays free to hear signals. Does nothing where that has been done before.
 * @throws probe/NOT_SUPPORTED where the probe can't run, or the compilers are missing; probe/BUILD_FAILED; probe/CACHE_UNWRITABLE; the
 * signal's reason
 */
export async function buildAhead({
  signal,
  onBuild,
  withEnforcement = false,
}: BuildAheadOptions = {}): Promise<void> {
  signal?.throwIfAborted();
  const support = probeSupport();
  if (!support.isSupported) throw errors.create('NOT_SUPPORTED', { reason: support.reason });
  await buildAside(probeRecipe(), 'the probe', { signal, onBuild });
  if (!withEnforcement) return;
  try {
    await buildAside(enforcementRecipe(), 'enforcement', { signal, onBuild });
  } catch {
    // Without a policy that denies something nobody misses it; with one, it is tried again and the reason told.
    signal?.throwIfAborted();
  }
}

/** As `buildOnce`, in processes beside this one. */
export async function buildAside(
  recipe: Recipe,
  what: string,
  { signal, onBuild }: Pick<BuildAheadOptions, 'onBuild'> & { readonly signal: AbortSignal | undefined },
): Promise<void> {
  if (isBuilt(recipe)) return;
  const folder = join(cacheFolder(), recipe.name);
  const scratch = beginBuild(folder);
  onBuild?.(what);
  try {
    for (const run of recipe.tools(scratch)) await runToolAside(run, signal);
    putInPlace(scratch, recipe);
  } catch (error) {
    // Ctrl-C ends the tool as well, and may be heard here only after that.
    await nextTurn();
    signal?.throwIfAborted();
    if (!isBuilt(recipe)) throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Settles when the tool is gone, also where the signal has ended it. @throws probe/BUILD_FAILED with what the tool said. */
async function runToolAside(run: ToolRun, signal: AbortSignal | undefined): Promise<void> {
  const child = spawn(run.command, run.parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  const end = (): void => void child.kill();
  signal?.addEventListener('abort', end);
  try {
    const [said, [status, killedBy]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    if (status !== 0) throw buildFailure(run, said || `it was ended by ${killedBy}`);
  } catch (error) {
    throw child.pid === undefined ? buildFailure(run, (error as Error).message, error) : error;
  } finally {
    signal?.removeEventListener('abort', end);
  }
}
