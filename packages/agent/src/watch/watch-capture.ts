import { type CaptureInput, type ReadCounts, visitCapture } from '@seawall/events';
import type { Watch } from './options.ts';
import { createSectionsWatch, type SectionsWatch, type SectionsWatchOptions } from './watch-sections.ts';

export interface CaptureWatchOptions extends SectionsWatchOptions {
  readonly input: CaptureInput;
  /** What errors call the input. */
  readonly inputName: string;
}

export type CaptureWatch = Watch & Pick<SectionsWatch, 'dropReport'>;

/**
 * Makes ready to replay a capture through rules.
 * `run` throws what reading throws (after everything readable went through) and agent/STOPPED_BY_DROPS.
 * @throws agent/DROP_THRESHOLD_INVALID, agent/DROP_ACTIONS_CONTRADICT
 */
export function createCaptureWatch(options: CaptureWatchOptions): CaptureWatch {
  const counts: ReadCounts = { dropped: 0, unknown: 0 };
  const watch = createSectionsWatch(options);
  return {
    run: () =>
      watch.run(
        (visitor) => visitCapture(options.input, visitor, { name: options.inputName, counts }),
        () => 0,
      ),
    report: () => ({
      accounting: watch.accounting.report(),
      merged: counts.dropped,
      unknown: counts.unknown,
    }),
    dropReport: watch.dropReport,
  };
}
