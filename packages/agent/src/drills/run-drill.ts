import type { SyscallCatalogue } from '@seawall/inspector';
import type { RuntimeAddress } from '@seawall/kube';
import type { Rule } from '@seawall/rules';
import { defaultDropPolicy } from '../drops.ts';
import { createLiveContainers } from '../live/live-containers.ts';
import { createLiveWatch } from '../live/watch-live.ts';
import { type DrillOptions, type DrillReport, type DrillTarget, type HeardAlert, playDrill } from './play.ts';

export interface LiveDrillOptions extends Pick<DrillOptions, 'steps' | 'onStep' | 'quiet' | 'patience'> {
  readonly rules: readonly Rule[];
  readonly catalogue: SyscallCatalogue;
  readonly target: DrillTarget;
  /** Who says what the container is. */
  readonly runtimes: readonly RuntimeAddress[];
}

const SHORT_ID_LENGTH = 12;

/**
 * Plays a drill while this machine is watched live, as root.
 * @throws what opening the probe throws
 */
export async function runDrill({
  rules,
  catalogue,
  target,
  runtimes,
  ...play
}: LiveDrillOptions): Promise<DrillReport> {
  const heard: HeardAlert[] = [];
  const stopping = new AbortController();
  const started = Promise.withResolvers<void>();
  const own = target.id.slice(0, SHORT_ID_LENGTH);
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
    onMatches(alerts, { process }) {
      if (process?.containerId !== own) return;
      for (const alert of alerts) heard.push({ alert, arrival: Date.now() });
    },
  });
  const watching = watch.run();
  watching.catch(started.reject);
  await started.promise;
  try {
    return await playDrill({ ...play, target, heard, tags: new Set(rules.flatMap(({ tags }) => [...tags])) });
  } finally {
    stopping.abort();
    await watching;
  }
}
