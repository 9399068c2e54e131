import { createLiveContainers, type LiveContainers, withContainers } from '@seawall/agent';
import {
  type CaptureWriter,
  createCaptureWriter,
  createEventView,
  type EventBatch,
  eventTypeOfSymbol,
  eventTypes,
  moveTo,
} from '@seawall/events';
import { type ContainerWatcher, createInspector, type EventContext } from '@seawall/inspector';
import { type RuntimeAddress, runtimesText } from '@seawall/kube';
import { liveSections, openProbe, type Probe, processTypes, stateTypes, type Wanted } from '@seawall/probe';
import { eventTypeUniverse, matchingCodes, parseCondition } from '@seawall/rules';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { errors } from '../errors.ts';
import { STANDARD_STREAM } from '../input/open.ts';
import { countOf } from '../number-text.ts';
import { compileAhead } from '../probe/compile-ahead.ts';
import { runtimeOption } from '../probe/runtime-option.ts';
import { positiveNumber, secondsOption } from '../probe/seconds-option.ts';
import { createUntil } from '../probe/until.ts';
import { syscallCatalogue } from '../rules/catalogues.ts';
import { checkCaptureOutput } from './check-output.ts';
import { compileFilter } from './filter.ts';

interface Options {
  readonly write: string;
  readonly seconds?: number;
  readonly size?: number;
  readonly gzip: boolean;
  readonly runtime?: readonly RuntimeAddress[];
}

/** Scap's mark of events that are only there to keep a reader's tables right (SCAP_DF_STATE_ONLY). */
const STATE_ONLY = 1;
/** Bytes of a block around each event. */
const BLOCK_LENGTH = 16;
const MEBIBYTE = 1024 * 1024;

/** `seawall capture record`: this machine, as it happens, into a capture. */
export function addRecordCommand(parent: Command, context: CommandContext): void {
  parent
    .command('record')
    .argument(
      '[filter...]',
      'a condition as in rules: keep events for which it holds (the rest keeps tables right)',
    )
    .description(
      'record this machine live into a capture that Seawall and Falco read (sysdig: see copy --compat)',
    )
    .requiredOption('-w, --write <file>', 'the capture to write')
    .addOption(secondsOption())
    .option('--size <mebibytes>', 'stop when about so many MiB have been written', positiveNumber)
    .addOption(runtimeOption())
    .option('--gzip', 'pack what is written (also without it when the name ends in .gz)', false)
    .action((filter: readonly string[], options: Options) => record(context, filter, options));
}

async function record(
  { terminal }: CommandContext,
  filter: readonly string[],
  options: Options,
): Promise<void> {
  const { write: path, gzip, seconds } = options;
  if (path === STANDARD_STREAM) {
    const problem = 'a capture is written to a file';
    throw errors.create('OPTION_INVALID', { option: '--write', value: path, problem });
  }
  const isChosen = compileFilter(filter);
  checkCaptureOutput(path);
  const containers = createLiveContainers(
    options.runtime === undefined ? {} : { addresses: options.runtime },
  );
  const until = createUntil(seconds, terminal);
  try {
    await compileAhead(terminal, until.signal);
    await containers.start();
    const probe = openProbe();
    try {
      for (const line of runtimesText(containers.runtimes(), options.runtime))
        terminal.errors.write(`${line}\n`);
      probe.want(wantedFor(filter.join(' ')));
      until.start();
      const writer = createCaptureWriter(path, {
        compression: gzip || path.endsWith('.gz') ? 'gzip' : 'none',
      });
      const limit = options.size === undefined ? Number.POSITIVE_INFINITY : options.size * MEBIBYTE;
      try {
        const limits = { signal: until.signal, stop: until.stop, limit };
        await recordSections(probe, containers, writer, isChosen, limits);
      } finally {
        const { events } = await writer.close();
        const { dropped } = probe.counters();
        const lost = dropped.reduce((sum, count) => sum + count, 0);
        terminal.errors.write(`${path}: ${countOf(events, 'event')}, ${countOf(lost, 'event')} lost\n`);
      }
    } finally {
      probe.close();
    }
  } catch (error) {
    // Nothing was recorded by then.
    if (error !== until.signal.reason) throw error;
  } finally {
    until.release();
    await containers.close();
  }
}

interface Limits {
  readonly signal: AbortSignal;
  stop(): void;
  /** Bytes after which to stop. */
  readonly limit: number;
}

async function recordSections(
  probe: Probe,
  containers: LiveContainers,
  writer: CaptureWriter,
  isChosen: ((context: EventContext) => boolean) | undefined,
  { signal, stop, limit }: Limits,
): Promise<void> {
  // Without a filter nobody keeps tables that would tell of unknown containers: then what the runtimes tell themselves is all.
  const inspector = createInspector({ containerWatcher: watcherOf(containers) });
  const view = createEventView();
  const keepsState = new Set([...stateTypes, ...processTypes, eventTypeOfSymbol('ASYNCEVENT_E').id]);
  let bytes = 0;

  async function recordBatch(batch: EventBatch): Promise<void> {
    for (let index = 0; index < batch.count; index += 1) {
      let flags = 0;
      const eventView = isChosen === undefined ? view : inspector.context.view;
      moveTo(eventView, batch, index);
      if (isChosen !== undefined) {
        const isForRules = inspector.apply(eventView);
        flags = isForRules && isChosen(inspector.context) ? 0 : STATE_ONLY;
        inspector.settle();
        if (flags !== 0 && !keepsState.has(eventView.type)) continue;
      }
      bytes += eventView.length + BLOCK_LENGTH;
      const written = writer.writeEvent(batch, index, flags);
      if (written !== undefined) await written;
      if (bytes > limit) {
        stop();
        return;
      }
    }
  }

  for await (const section of withContainers(liveSections(probe, { signal }), containers)) {
    if (section.kind !== 'events') {
      if (isChosen !== undefined) inspector.load(section);
      await writer.write(section);
    } else if (bytes <= limit) {
      await recordBatch(section.batch);
    }
  }
}

/** Looks up each container that the tables come upon. */
function watcherOf({ lookUp }: LiveContainers): ContainerWatcher {
  const nothing = (): void => undefined;
  return { onUnknown: lookUp, onDescribed: nothing, onMissing: nothing, onLookedUp: nothing };
}

/** What a filter needs to be decided; without one everything that the probe can see. */
function wantedFor(filter: string): Wanted {
  if (filter.trim() === '' || syscallCatalogue.eventTypes === undefined) {
    return { types: eventTypes.filter(({ isOld, isUnused }) => !isOld && !isUnused).map(({ id }) => id) };
  }
  const types = matchingCodes(parseCondition(filter), eventTypeUniverse(syscallCatalogue.eventTypes));
  return { types: [...stateTypes, ...types] };
}
