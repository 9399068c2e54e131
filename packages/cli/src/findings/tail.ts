import { statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type GroupFilter, openStore, type Store, type StoredOccurrence } from '@seawall/store';
import type { Command } from 'commander';
import { storeOption } from '../actions/store-option.ts';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { lineOfJson } from '../json-text.ts';
import { outputOption } from '../output-option.ts';
import { positiveNumber } from '../probe/seconds-option.ts';
import { createUntil } from '../probe/until.ts';
import type { Palette } from '../terminal/color.ts';
import { harmless } from '../terminal/harmless.ts';
import { wholeNumber } from '../whole-number.ts';
import { addFilterOptions, type FilterOptions, filterOf } from './filter-options.ts';
import { occurrenceData } from './finding-data.ts';
import { placeText, severityText, timeText } from './finding-text.ts';

interface Options extends FilterOptions {
  readonly lines: number;
  readonly follow: boolean;
  readonly seconds?: number;
  readonly store: string;
  readonly output: OutputFormat;
}

/** How long it waits before it looks again: a look where nothing is new costs some ten microseconds. */
const POLL_MILLISECONDS = 250;
const AT_ONCE = 500;

/** `seawall findings tail`: occurrences as they are stored. */
export function addTailCommand(parent: Command, context: CommandContext): void {
  addFilterOptions(
    parent.command('tail').description('print the last occurrences of findings, then each as it happens'),
  )
    .option('-n, --lines <count>', 'how many of the last ones to begin with', wholeNumber, 10)
    .option('--no-follow', 'end after the last ones')
    .option('--seconds <n>', 'end after so many seconds; without it, on Ctrl-C', positiveNumber)
    .addOption(storeOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 it was ended by a signal or its time; 2 wrong usage; 3 the store could not be read.',
    )
    .action((options: Options) => tailFindings(context, options));
}

async function tailFindings({ terminal }: CommandContext, options: Options): Promise<void> {
  const { store: path, lines, output } = options;
  const filter = filterOf(options);
  const { palette } = terminal.output;
  const print = (occurrences: readonly StoredOccurrence[]): void => {
    for (const occurrence of occurrences) {
      const line = output === 'json' ? lineOfJson(occurrenceData(occurrence)) : lineOf(occurrence, palette);
      terminal.output.write(line);
    }
  };
  let store = openStore({ path, access: 'read' });
  const until = createUntil(options.seconds);
  until.start();
  try {
    let last = (await store.statistics()).lastOccurrence;
    const begun = await store.feed(filter, { limit: lines });
    print(begun.items.toReversed());
    // What was stored between the two questions was printed already.
    for (const { id } of begun.items) last = Math.max(last, id);
    let file = identityOf(path);
    while (options.follow && !until.signal.aborted) {
      last = await printNewer(store, filter, last, print);
      await setTimeout(POLL_MILLISECONDS, undefined, { signal: until.signal }).catch(() => undefined);
      const now = identityOf(path);
      if (now === file || now === undefined) continue;
      // The agent has moved a damaged store aside and begun a new one.
      await store.close();
      store = openStore({ path, access: 'read' });
      file = now;
      last = 0;
    }
  } finally {
    until.release();
    await store.close();
  }
}

async function printNewer(
  store: Store,
  filter: GroupFilter,
  after: number,
  print: (occurrences: readonly StoredOccurrence[]) => void,
): Promise<number> {
  for (let last = after; ; ) {
    const found = await store.newer(filter, last, AT_ONCE);
    print(found);
    last = found.at(-1)?.id ?? last;
    if (found.length < AT_ONCE) return last;
  }
}

/** Another number when another file has the name; undefined while there is none. */
function identityOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function lineOf({ time, group, groupId, workload, output }: StoredOccurrence, palette: Palette): string {
  const severity = severityText(group.severity, palette) + ' '.repeat(6 - group.severity.length);
  return `${timeText(time)}  ${severity}  ${palette.faint(`#${groupId}`)}  ${placeText(workload)}  ${harmless(output)}\n`;
}
