import { reasonOf } from '@seawall/base';
import type { PolicyFile } from '@seawall/policies';
import { errors } from '../errors.ts';
import type { LoadedSet, RunningSet, SetTexts } from '../rule-set/load-running-set.ts';
import type { ClusterPolicies } from './cluster-policies.ts';
import type { KeptSet } from './kept-set.ts';
import type { AgentOptions } from './options.ts';
import type { SetOnDisk } from './set-on-disk.ts';
import type { RefusedStart } from './status.ts';

export interface FirstSet {
  readonly texts: SetTexts;
  readonly set: RunningSet;
  /** What of the cluster is in it. */
  readonly objects: readonly PolicyFile[];
  /** Where it is not what is on disk: why not. */
  readonly refused: RefusedStart | undefined;
}

export interface FirstSetOptions extends Pick<AgentOptions, 'log'> {
  readonly onDisk: SetOnDisk;
  load(texts: SetTexts): LoadedSet;
  readonly cluster: Pick<ClusterPolicies, 'candidates'> | undefined;
  /** Undefined where files that don't load end the start. */
  readonly kept: Pick<KeptSet, 'read'> | undefined;
}

/** What was tried, in its order: until something loaded, or all in vain. */
interface Trial {
  readonly found: Omit<FirstSet, 'refused'> | undefined;
  readonly warnings: readonly string[];
  readonly refusals: readonly { readonly messages: readonly string[]; readonly error?: unknown }[];
}

/**
 * Loads what an agent starts with. What a cluster has keeps no agent from starting: where that is refused, those policies run
 * that were last taken over from it, or those in files alone. Nor do files that do not load, where some were taken over before.
 * @throws agent/SET_REFUSED, agent/FILE_UNREADABLE, agent/TEXTS_TOO_LONG
 */
export function loadFirstSet({ onDisk, load, cluster, kept, log }: FirstSetOptions): FirstSet {
  const candidates = cluster?.candidates() ?? [[]];
  const fromFiles = tryEach(candidates, onDisk.read, load);
  if (fromFiles.found !== undefined) {
    tell(fromFiles, log);
    return { ...fromFiles.found, refused: undefined };
  }
  const last = kept?.read();
  if (last !== undefined) {
    const fromKept = tryEach(candidates, last.textsWith, load);
    // With all that the cluster has, as a reload would have it.
    const { messages } = fromFiles.refusals[0];
    const since = new Date(last.since).toISOString();
    if (fromKept.found !== undefined) {
      log(
        'error',
        `rules and policies on disk are refused, those last taken over (${since}) run until they are right:\n${messages.join('\n')}`,
      );
      tell(fromKept, log);
      return { ...fromKept.found, refused: { messages, keptSince: last.since } };
    }
    const reasons = fromKept.refusals.at(-1)?.messages.join('\n');
    log('error', `those last taken over (${since}) do not load any more:\n${reasons}`);
  }
  const { messages, error } = fromFiles.refusals.at(-1) as Trial['refusals'][number];
  throw error ?? errors.create('SET_REFUSED', { messages: messages.join('\n') });
}

function tryEach(
  candidates: readonly (readonly PolicyFile[])[],
  read: (objects: readonly PolicyFile[]) => SetTexts,
  load: (texts: SetTexts) => LoadedSet,
): Trial {
  const refusals: Trial['refusals'][number][] = [];
  for (const objects of candidates) {
    try {
      const texts = read(objects);
      const { set, messages } = load(texts);
      if (set !== undefined) return { found: { texts, set, objects }, warnings: messages, refusals };
      refusals.push({ messages });
    } catch (error) {
      // Together with what the cluster has it may be too much.
      refusals.push({ messages: [reasonOf(error)], error });
    }
  }
  return { found: undefined, warnings: [], refusals };
}

function tell({ warnings, refusals }: Trial, log: AgentOptions['log']): void {
  for (const { messages } of refusals) {
    log('error', `what the cluster has is refused, what was before runs:\n${messages.join('\n')}`);
  }
  for (const warning of warnings) log('warning', warning);
}
