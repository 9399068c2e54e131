import { type Clock, reasonOf } from '@seawall/base';
import type { EnforcementCheck } from '@seawall/policies';
import { createReloader, type Reloader, type ReloadResult } from '../reload/reloader.ts';
import { fingerprintOf, watchFiles } from '../reload/watch-files.ts';
import {
  type Catalogues,
  type LoadedSet,
  loadRunningSet,
  type SetTexts,
} from '../rule-set/load-running-set.ts';
import type { CleanUp } from './clean-up.ts';
import { clusterPoliciesOf } from './cluster-policies.ts';
import { countOf } from './count-text.ts';
import { type FirstSet, loadFirstSet } from './first-set.ts';
import { createKeptSet } from './kept-set.ts';
import type { AgentOptions } from './options.ts';
import { createSetOnDisk } from './set-on-disk.ts';
import { onward } from './starting.ts';

/** The rules and policies that an agent runs: those it started with, then what it took over since. */
export interface SetInForce {
  readonly first: FirstSet;
  readonly reloader: Reloader;
  /** Takes over what is on disk and in the cluster now; what came of it is told. */
  reload(): Promise<ReloadResult>;
  /** From now on changes are taken over by themselves. */
  follow(): void;
  /** They are known to run: a start that finds nothing better falls back to them. */
  keep(): void;
  /** To be called now and then: keeps what could not be kept before. */
  retryKeeping(): void;
}

export interface SetInForceOptions {
  readonly agent: AgentOptions;
  readonly clock: Clock;
  readonly catalogues: Catalogues;
  readonly canEnforce: EnforcementCheck;
  readonly cleanUp: CleanUp;
  /** Makes the hot loop go on with these; settles when it does. @throws where it can't */
  replace(texts: SetTexts, generation: number): Promise<void>;
  /** The hot loop goes on with the reloader's current set: what else has to follow. */
  onReplaced(generation: number): Promise<void>;
  /** Whether the agent is about to end: then nobody needs to hear of a refusal. */
  isStopping(): boolean;
}

/** @throws agent/SET_REFUSED, agent/FILE_UNREADABLE, agent/TEXTS_TOO_LONG, and the reason of the agent's signal */
export async function createSetInForce(options: SetInForceOptions): Promise<SetInForce> {
  const { agent, clock, catalogues, canEnforce, cleanUp, replace, onReplaced, isStopping } = options;
  const { configuration, environment, log } = agent;
  const isLive = configuration.source.capture === undefined;
  const onDisk = createSetOnDisk(configuration, { log });
  const load = (texts: SetTexts): LoadedSet => loadRunningSet(texts, catalogues, canEnforce);
  const cluster = clusterPoliciesOf(configuration, { environment, log });
  cleanUp.add(() => cluster?.close());
  await cluster?.start(agent.signal);
  await onward(agent);
  // A recording, and whoever waits for a start, can wait until the files are right.
  const kept = isLive && !agent.isAttended ? createKeptSet(configuration, { log, clock }) : undefined;
  const first = loadFirstSet({ onDisk, load, cluster, kept, log });
  const firstFiles = fingerprintOf(onDisk.paths());
  let runningTexts = first.texts;

  const reloader = createReloader({
    first: first.set,
    refused: first.refused,
    clock,
    read: () => onDisk.read(cluster?.current() ?? []),
    load,
    async replace(generation, texts) {
      await replace(texts, generation);
      cluster?.keep(texts);
      runningTexts = texts;
    },
  });

  async function reload(): Promise<ReloadResult> {
    const result = await reloader.reload();
    if (result.kind === 'refused') {
      if (!isStopping()) {
        const reasons = result.messages.join('\n');
        log('error', `what has changed is refused, the rules and policies before go on:\n${reasons}`);
      }
      return result;
    }
    await onReplaced(result.generation);
    kept?.keep(runningTexts);
    const { rules, policies } = reloader.status();
    const counts = `${countOf(rules, 'rule')} in ${countOf(policies, 'policy', 'policies')}`;
    log('info', `running from now on: ${counts}`);
    for (const warning of result.warnings) log('warning', warning);
    return result;
  }

  /** Where nobody waits for it. */
  function reloadAside(): void {
    reload().catch((error: unknown) => log('error', `reloading failed: ${reasonOf(error)}`));
  }

  return {
    first,
    reloader,
    reload,
    follow() {
      if (configuration.watchFiles) {
        cleanUp.add(watchFiles(onDisk.paths, reloadAside, firstFiles).close);
      }
      cluster?.follow(first.objects, reloadAside);
    },
    keep: () => kept?.keep(runningTexts),
    retryKeeping: () => kept?.retry(),
  };
}
