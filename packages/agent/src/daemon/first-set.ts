import { reasonOf } from '@seawall/base';
import type { PolicyFile } from '@seawall/policies';
import { errors } from '../errors.ts';
import type { LoadedSet, RunningSet, SetTexts } from '../rule-set/load-running-set.ts';
import type { ClusterPolicies } from './cluster-policies.ts';
import type { AgentOptions } from './options.ts';
import type { SetOnDisk } from './set-on-disk.ts';

export interface FirstSet {
  readonly texts: SetTexts;
  readonly set: RunningSet;
  /** What of the cluster is in it. */
  readonly objects: readonly PolicyFile[];
}

/**
 * Loads what an agent starts with. What a cluster has keeps no agent from starting: where that is refused, those policies run
 * that were last taken over from it, or those in files alone.
 * @throws agent/SET_REFUSED, agent/FILE_UNREADABLE, agent/TEXTS_TOO_LONG
 */
export function loadFirstSet(
  onDisk: SetOnDisk,
  load: (texts: SetTexts) => LoadedSet,
  cluster: Pick<ClusterPolicies, 'candidates'> | undefined,
  { log }: Pick<AgentOptions, 'log'>,
): FirstSet {
  let refusal = '';
  for (const objects of cluster?.candidates() ?? [[]]) {
    if (refusal !== '') log('error', `what the cluster has is refused, what was before runs:\n${refusal}`);
    const texts = readWith(objects);
    if (texts === undefined) continue;
    const { set, messages } = load(texts);
    if (set !== undefined) {
      for (const message of messages) log('warning', message);
      return { texts, set, objects };
    }
    refusal = messages.join('\n');
  }
  throw errors.create('SET_REFUSED', { messages: refusal });

  /** @returns undefined where they can't be read together with what the cluster has: it may have too much. */
  function readWith(objects: readonly PolicyFile[]): SetTexts | undefined {
    try {
      return onDisk.read(objects);
    } catch (error) {
      if (objects.length === 0) throw error;
      refusal = reasonOf(error);
      return undefined;
    }
  }
}
