import { type Clock, reasonOf } from '@seawall/base';
import type { PolicySet } from '@seawall/policies';
import type { RefusedStart, ReloadStatus } from '../daemon/status.ts';
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
  /** Policies as they were in that generation; undefined for those long gone. */
  policies(generation: number): PolicySet | undefined;
  readonly current: RunningSet;
}

export interface ReloaderOptions {
  readonly first: RunningSet;
  /** Where that is not what is on disk: why not. */
  readonly refused?: RefusedStart | undefined;
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
  // Of rules only those that run: they are big.
  const policies = new Map<number, PolicySet>([[1, options.first.policies]]);
  let current = options.first;
  let generation = 1;
  let loadedAt = clock.now();
  let refused: ReloadStatus['refused'] = options.refused && {
    time: loadedAt,
    messages: options.refused.messages,
  };
  let keptSince = options.refused?.keptSince;
  let accepted = 0;
  let refusals = refused === undefined ? 0 : 1;
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
      policies.set(next, set.policies);
      await options.replace(next, texts);
      generation = next;
      current = set;
      loadedAt = clock.now();
      refused = undefined;
      keptSince = undefined;
      accepted += 1;
      policies.delete(next - REMEMBERED_SETS);
      return { kind: 'taken', generation, warnings: messages };
    } catch (error) {
      policies.delete(next);
      return refuse([reasonOf(error)]);
    }
  }

  return {
    reload() {
      const mine = queue.then(attempt);
      queue = mine;
      return mine;
    },
    status() {
      return {
        generation,
        rules: current.rules.length,
        policies: current.policies.policies.length,
        channels: current.channels.length,
        loadedAt,
        refused,
        keptSince,
        accepted,
        refusals,
      };
    },
    policies: (wanted) => policies.get(wanted),
    get current() {
      return current;
    },
  };
}
