import type { Clock } from '@seawall/base';
import type { ReloadStatus } from '../daemon/status.ts';
import type { LoadedSet, RunningSet, SetTexts } from '../rule-set/load-running-set.ts';

/** What a reload came to. */
export type ReloadResult =
  | { readonly kind: 'taken'; readonly generation: number; readonly warnings: readonly string[] }
  | { readonly kind: 'refused'; readonly messages: readonly string[] };

/** Takes over what is on disk, as a whole or not at all. */
export interface Reloader {
  /** Reloads follow each other: one that is asked for during another begins when that has ended. */
  reload(): Promise<ReloadResult>;
  status(): ReloadStatus;
  /** A set as it was in that generation; undefined for those long gone. */
  set(generation: number): RunningSet | undefined;
  readonly current: RunningSet;
}

export interface ReloaderOptions {
  readonly first: RunningSet;
  readonly clock: Clock;
  /** Reads what is on disk now. @throws agent/FILE_UNREADABLE */
  read(): SetTexts;
  load(texts: SetTexts): LoadedSet;
  /** Makes the hot loop go on with it; settles when it does. @throws where it can't */
  replace(generation: number, texts: SetTexts): Promise<void>;
}

/** Findings are stored within a moment; those of sets that were replaced so often since are not on their way any more. */
const REMEMBERED_SETS = 64;

export function createReloader(options: ReloaderOptions): Reloader {
  const { clock } = options;
  const sets = new Map<number, RunningSet>([[1, options.first]]);
  let generation = 1;
  let loadedAt = clock.now();
  let refused: ReloadStatus['refused'];
  let accepted = 0;
  let refusals = 0;
  let queue: Promise<unknown> = Promise.resolve();

  function refuse(messages: readonly string[]): ReloadResult {
    refusals += 1;
    refused = { time: clock.now(), messages };
    return { kind: 'refused', messages };
  }

  async function attempt(): Promise<ReloadResult> {
    const next = generation + 1;
    try {
      const texts = options.read();
      const { set, messages } = options.load(texts);
      if (set === undefined) return refuse(messages);
      // Findings of the new set may arrive before the answer does.
      sets.set(next, set);
      await options.replace(next, texts);
      generation = next;
      loadedAt = clock.now();
      refused = undefined;
      accepted += 1;
      sets.delete(next - REMEMBERED_SETS);
      return { kind: 'taken', generation, warnings: messages };
    } catch (error) {
      sets.delete(next);
      return refuse([error instanceof Error ? error.message : String(error)]);
    }
  }

  return {
    reload() {
      const mine = queue.then(attempt);
      queue = mine;
      return mine;
    },
    status() {
      const { rules, policies, channels } = sets.get(generation) as RunningSet;
      return {
        generation,
        rules: rules.length,
        policies: policies.policies.length,
        channels: channels.length,
        loadedAt,
        refused,
        accepted,
        refusals,
      };
    },
    set: (wanted) => sets.get(wanted),
    get current() {
      return sets.get(generation) as RunningSet;
    },
  };
}
