import { hostname } from 'node:os';
import type { SyscallCatalogue } from '@seawall/inspector';
import type { RuntimeAddress } from '@seawall/kube';
import type { PolicySet } from '@seawall/policies';
import type { Rule } from '@seawall/rules';
import { defaultDropPolicy } from '../drops.ts';
import { createWorkloadOf } from '../hot-loop/workload-of.ts';
import { createLiveContainers } from '../live/live-containers.ts';
import { createLiveWatch } from '../live/watch-live.ts';
import { type DrillOptions, type DrillReport, type DrillTarget, type HeardAlert, playDrill } from './play.ts';
import { policyAnswers } from './policy-answer.ts';

export interface LiveDrillOptions
  extends Pick<DrillOptions, 'steps' | 'onStep' | 'quiet' | 'patience' | 'signal'> {
  readonly rules: readonly Rule[];
  readonly catalogue: SyscallCatalogue;
  readonly target: DrillTarget;
  /** Says what would be done about alerts. */
  readonly policies?: PolicySet;
  /** Who says what the container is. */
  readonly runtimes: readonly RuntimeAddress[];
}

const SHORT_ID_LENGTH = 12;

/**
 * Plays a drill while this machine is watched live, as root.
 * @throws what opening the probe throws, and the reason of `signal`
 */
export async function runDrill({
  rules,
  catalogue,
  target,
  runtimes,
  policies,
  ...play
}: LiveDrillOptions): Promise<DrillReport> {
  const heard: HeardAlert[] = [];
  const stopping = new AbortController();
  const started = Promise.withResolvers<void>();
  const own = target.id.slice(0, SHORT_ID_LENGTH);
  const workloadOf = createWorkloadOf({ node: hostname(), cluster: undefined });
  const watch = createLiveWatch({
    rules,
    catalogue,
    containers: [],
    drops: defaultDropPolicy,
    isFirstOnly: false,
    isIsoTime: true,
    hostname: undefined,
    liveContainers: createLiveContainers({ addresses: runtimes }),
    signal: stopping.signal,
    onStart: () => started.resolve(),
    onAlert: () => undefined,
    onMatches(alerts, context) {
      if (context.process?.containerId !== own) return;
      for (const alert of alerts) {
        const answers =
          policies === undefined
            ? {}
            : { policies: policyAnswers(policies, workloadOf(context), alert.rule) };
        heard.push({ alert, arrival: Date.now(), ...answers });
      }
    },
  });
  const { signal } = play;
  const end = (): void => stopping.abort();
  signal?.addEventListener('abort', end);
  const watching = watch.run();
  // Where it ends before everything is on, it was told to.
  watching.then(() => started.reject(signal?.reason), started.reject);
  try {
    signal?.throwIfAborted();
    await started.promise;
    return await playDrill({ ...play, target, heard, tags: new Set(rules.flatMap(({ tags }) => [...tags])) });
  } finally {
    signal?.removeEventListener('abort', end);
    stopping.abort();
    await watching;
  }
}
