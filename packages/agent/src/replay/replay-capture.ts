import {
  type CaptureSection,
  type EventBatch,
  type EventVisitor,
  moveTo,
  Outcome,
  Step,
  type TableSection,
  TYPE_OFFSET,
  type VisitedSection,
} from '@seawall/events';
import type { EventContext, Inspector } from '@seawall/inspector';
import type { Accounting } from '../accounting.ts';
import type { DropNotice, DropWatch } from '../drops.ts';
import type { Matcher } from './matcher.ts';

export interface CaptureReplay {
  /** What the source holds: as batches, or for a source that can, shown event by event to the visitor it is given. */
  readonly sections:
    | AsyncIterable<CaptureSection>
    | ((visitor: EventVisitor) => AsyncIterable<VisitedSection>);
  readonly inspector: Inspector;
  /** May be another one from one section to the next. */
  readonly matcher: Matcher<EventContext>;
  readonly accounting: Accounting;
  /** Called for each event that rules match, while the context is still about it. */
  onMatches(context: EventContext, matches: Int32Array, count: number): void;
  /** Called for each section without events, after the tables were seeded with it. */
  onSection?(section: TableSection): void;
  /** Called now and then with the number of events since the last time; the replay stops when it gives false. */
  onBatch?(eventCount: number): boolean;
  readonly drops?: DropWatch;
  /** Events were lost; the replay stops when it gives false. */
  onDrops?(notice: DropNotice, context: EventContext): boolean;
}

/** Scap's flag of events that are only there to keep the tables right: rules were never to see them (SCAP_DF_STATE_ONLY). */
const STATE_ONLY = 1;

/* Copies for the hot path: see `events/src/capture/visit-events.ts`. */
const { done: DONE, lacking: LACKING, enough: ENOUGH } = Outcome;

/** 2^32 nanoseconds in seconds: the upper half of a timestamp counts these. */
const SECONDS_PER_UPPER_HALF = 4.294967296;
const SECONDS_PER_NANOSECOND = 1e-9;

/**
 * Sends a capture through inspector and rules, event by event in its order. Nothing is made per event; a match is
 * where making starts.
 * @throws what reading the capture throws, after everything readable went through.
 */
export async function replayCapture(replay: CaptureReplay): Promise<void> {
  const { sections, inspector } = replay;
  const visitor = createVisitor(replay);
  for await (const section of typeof sections === 'function' ? sections(visitor) : sections) {
    visitor.refresh();
    if (section.kind === 'events') {
      if (!replayBatch(visitor, section.batch)) return;
      if (replay.onBatch?.(section.batch.count) === false) return;
    } else if (section.kind === 'visited') {
      if (replay.onBatch?.(section.count) === false) return;
    } else {
      inspector.load(section);
      replay.onSection?.(section);
    }
  }
}

interface ReplayVisitor extends EventVisitor {
  /** Takes in that other rules may have taken over. */
  refresh(): void;
}

/** The hot path: what is done with one event. */
function createVisitor(replay: CaptureReplay): ReplayVisitor {
  const { inspector, accounting, drops } = replay;
  // Functions by themselves: properties of an object that has getters are looked up in a dictionary.
  const { context, apply, isQuiet, pass, steps, leastCounts } = inspector;
  const { view } = context;
  const { evaluated, filtered, filteredByType: counts } = accounting;
  let { matcher } = replay;
  let { wanted, matches, evaluate, isOpen } = matcher;
  inspector.setWanted(wanted);

  function judge(type: number): void {
    const count = evaluate(context, type);
    if (count > 0) replay.onMatches(context, matches, count);
  }

  function goOn(): typeof DONE | typeof ENOUGH {
    return drops === undefined || isGoingOn(replay, drops) ? DONE : ENOUGH;
  }

  return {
    steps,
    counts,
    leastCounts,
    view,
    isQuiet(data, event, type) {
      return isQuiet(data, event, type) && (wanted[type] !== 1 || !isOpen(context, type));
    },
    pass(data, limit, place) {
      pass(data, limit, place, counts, isOpen);
    },
    visit(flags, isWhole) {
      const { type } = view;
      const isWanted = type < wanted.length && wanted[type] !== 0 && (flags & STATE_ONLY) === 0;
      if (apply(view) && isWanted) {
        evaluated(type);
        // Rules could tell what is absent from what would be appended: who has none left for it needn't know.
        if (isWhole) judge(type);
        else if (isOpen(context, type)) return LACKING;
      } else {
        filtered(type);
      }
      return goOn();
    },
    visitConverted() {
      judge(view.type);
      return goOn();
    },
    refresh() {
      if (replay.matcher === matcher) return;
      matcher = replay.matcher;
      ({ wanted, matches, evaluate, isOpen } = matcher);
      inspector.setWanted(wanted);
    },
  };
}

/**
 * Shows the visitor a batch: a function of its own, since V8 does not keep optimised code for a loop inside of an async
 * function.
 * @returns false when the replay is to stop.
 */
function replayBatch(visitor: EventVisitor, batch: EventBatch): boolean {
  const { steps, counts, view } = visitor;
  const { data, offsets, flags, count: batchCount } = batch;
  for (let index = 0; index < batchCount; index += 1) {
    const event = offsets[index];
    const type = data.getUint16(event + TYPE_OFFSET, true);
    const step = steps[type];
    if (step === Step.count || (step === Step.ask && visitor.isQuiet(data, event, type))) {
      counts[type] += 1;
      continue;
    }
    moveTo(view, batch, index);
    if (visitor.visit(flags === undefined ? 0 : flags[index], true) === ENOUGH) return false;
  }
  return true;
}

function isGoingOn({ inspector, onDrops }: CaptureReplay, drops: DropWatch): boolean {
  const { context } = inspector;
  const { timestampHigh, timestampLow } = context.view;
  const notice = drops.observe(
    timestampHigh * SECONDS_PER_UPPER_HALF + timestampLow * SECONDS_PER_NANOSECOND,
  );
  return notice === undefined || onDrops?.(notice, context) !== false;
}
