import { type CaptureSection, type EventBatch, readCapture } from '@seawall/events';
import { runtimesText } from '@seawall/kube';
import type { Rule } from '@seawall/rules';
import type { AccountingReport } from '../accounting.ts';
import { createLiveContainers } from '../live/live-containers.ts';
import { createRuntimeLog } from '../live/runtime-log.ts';
import { createLiveWatch } from '../live/watch-live.ts';
import {
  createSectionsWatch,
  type SectionsWatch,
  type SectionsWatchOptions,
} from '../watch/watch-sections.ts';
import type { FromHotLoop, HotLoopStart } from './messages.ts';

/** A source of system calls being watched. */
export interface SourceWatch extends Pick<SectionsWatch, 'waiting' | 'tables'> {
  run(): Promise<void>;
  replaceRules(rules: readonly Rule[]): void;
  accounting(): AccountingReport;
}

type Source = HotLoopStart['source'];

/** @param paced hands the recording's sections on as fast as what is found in them is stored. */
export function watchRecording(
  { path }: Extract<Source, { kind: 'capture' }>,
  options: SectionsWatchOptions,
  paced: (sections: AsyncIterable<CaptureSection>) => AsyncIterable<CaptureSection>,
): SourceWatch {
  const { run, replaceRules, accounting, waiting, tables } = createSectionsWatch(options);
  return {
    run: () => run(paced(readCapture(path, { name: path })), () => 0),
    replaceRules,
    accounting: () => accounting.report(),
    waiting,
    tables,
  };
}

/** What the watch of the kernel tells. */
export interface KernelWatchHost {
  /** Ends it. */
  readonly signal: AbortSignal;
  post(message: FromHotLoop): void;
  /** Everything is on. @param description for people. */
  onStarted(description: string): void;
  /** Each batch, before rules see it. */
  onBatch(batch: EventBatch): Promise<void>;
  /** Everything that had happened until just now has been looked at. */
  onDrained(): void;
}

export function watchKernel(
  { ringBytes, runtimes }: Extract<Source, { kind: 'live' }>,
  options: SectionsWatchOptions,
  host: KernelWatchHost,
): SourceWatch {
  const runtimeLog = createRuntimeLog({
    log: (level, message) => host.post({ kind: 'log', level, message }),
  });
  const liveContainers = createLiveContainers({
    ...(runtimes !== undefined && { addresses: runtimes }),
    onRuntime: runtimeLog.note,
  });
  const { run, replaceRules, report, waiting, tables } = createLiveWatch({
    ...options,
    signal: host.signal,
    ringBytes,
    liveContainers,
    onDrained: host.onDrained,
    onStart({ calls }) {
      const known = liveContainers.runtimes();
      runtimeLog.begin(known);
      host.onStarted([`${calls.length} system calls are on`, ...runtimesText(known, runtimes)].join('; '));
    },
    async onSection(section) {
      if (section.kind === 'events') await host.onBatch(section.batch);
    },
  });
  return { run, replaceRules, accounting: () => report().accounting, waiting, tables };
}
