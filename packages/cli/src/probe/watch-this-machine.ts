import { createLiveContainers, createLiveWatch, type SectionsWatchOptions, type Watch } from '@seawall/agent';
import { createCaptureWriter } from '@seawall/events';
import { type RuntimeAddress, runtimesText } from '@seawall/kube';
import { checkCaptureOutput } from '../capture/check-output.ts';
import { countOf } from '../number-text.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { compilingText } from './compile-ahead.ts';
import { createUntil } from './until.ts';

export interface LiveSettings {
  readonly seconds: number | undefined;
  /** The capture that keeps everything that was seen. */
  readonly record: string | undefined;
  /** The container runtimes to ask; undefined: those at the usual places. */
  readonly runtimes: readonly RuntimeAddress[] | undefined;
}

/** Watches this machine until it is interrupted, or for so many seconds from when everything is on. @throws cli/FILE_UNWRITABLE, cli/NOT_A_CAPTURE */
export function watchThisMachine(
  options: SectionsWatchOptions,
  terminal: Terminal,
  { seconds, record, runtimes }: LiveSettings,
): Watch {
  if (record !== undefined) checkCaptureOutput(record);
  const until = createUntil(seconds, terminal);
  const writer = record === undefined ? undefined : createCaptureWriter(record);
  const liveContainers = createLiveContainers(runtimes === undefined ? {} : { addresses: runtimes });
  const watch = createLiveWatch({
    ...options,
    liveContainers,
    signal: until.signal,
    onBuild: (what) => terminal.errors.write(compilingText(what)),
    onStart({ calls, missingTypes, absentCalls }) {
      until.start();
      const rules = countOf(options.rules.length, 'rule');
      terminal.errors.write(
        `watching this machine with ${rules}, ${countOf(calls.length, 'system call')} on${seconds === undefined ? '; Ctrl-C ends it' : ` for ${seconds} s`}\n`,
      );
      for (const line of runtimesText(liveContainers.runtimes(), runtimes))
        terminal.errors.write(`${line}\n`);
      const unseen = missingTypes.length + absentCalls.length;
      if (unseen > 0)
        terminal.errors.write(
          `${countOf(unseen, 'kind')} of events that rules name can not be seen here: seawall probe status --rules ... says which\n`,
        );
    },
    ...(writer === undefined ? {} : { isUnfiltered: true, onSection: (section) => writer.write(section) }),
  });
  return {
    async run() {
      try {
        await watch.run();
      } finally {
        until.release();
        await writer?.close();
      }
    },
    report: watch.report,
  };
}
