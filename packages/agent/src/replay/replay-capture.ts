import { type CaptureSection, type EventBatch, moveTo, TYPE_OFFSET } from '@seawall/events';
import type { EventContext, Inspector } from '@seawall/inspector';
import type { Accounting } from '../accounting.ts';
import type { DropNotice, DropWatch } from '../drops.ts';
import type { Matcher } from './matcher.ts';

export interface CaptureReplay {
  readonly sections: AsyncIterable<CaptureSection>;
  readonly inspector: Inspector;
  readonly matcher: Matcher<EventContext>;
  readonly accounting: Accounting;
  /** Called for each event that rules match, while the context is still about it. */
  onMatches(context: EventContext, matches: Int32Array, count: number): void;
  /** Called for each section that is not a batch of events, after the tables were seeded with it. */
  onSection?(section: CaptureSection): void;
  /** Called after each batch; the replay stops when it gives false. */
  onBatch?(eventCount: number): boolean;
  readonly drops?: DropWatch;
  /** Events were lost; the replay stops when it gives false. */
  onDrops?(notice: DropNotice, context: EventContext): boolean;
}

/** Scap's flag of such events (SCAP_DF_STATE_ONLY). */
const STATE_ONLY = 1;

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
  for await (const section of sections) {
    if (section.kind !== 'events') {
      inspector.load(section);
      replay.onSection?.(section);
      continue;
    }
    if (!replayBatch(replay, section.batch)) return;
    if (replay.onBatch?.(section.batch.count) === false) return;
  }
}

/**
 * The hot loop: a function of its own, since V8 does not keep optimised code for a loop inside of an async function.
 * @returns false when the replay is to stop.
 */
function replayBatch(replay: CaptureReplay, batch: EventBatch): boolean {
  const { inspector, matcher, accounting, drops } = replay;
  const { context, idle } = inspector;
  const { view } = context;
  const { wanted, matches } = matcher;
  const { data, offsets, count: batchCount } = batch;
  for (let index = 0; index < batchCount; index += 1) {
    const type = data.getUint16(offsets[index] + TYPE_OFFSET, true);
    if (idle[type] === 1 && wanted[type] === 0) {
      accounting.filtered(type);
      continue;
    }
    moveTo(view, batch, index);
    const isWanted = type < wanted.length && wanted[type] !== 0 && !isStateOnly(batch, index);
    if (!inspector.concerns(view) && !(isWanted && matcher.isOpen(context, type))) {
      accounting.filtered(type);
    } else if (inspector.apply(view) && isWanted) {
      accounting.evaluated(type);
      const count = matcher.evaluate(context, type);
      if (count > 0) replay.onMatches(context, matches, count);
    } else {
      accounting.filtered(type);
    }
    if (drops !== undefined && !isGoingOn(replay, drops)) return false;
  }
  return true;
}

/** Captures hold events that are only there to keep the tables right: rules were never to see them. */
function isStateOnly({ flags }: EventBatch, index: number): boolean {
  return flags !== undefined && (flags[index] & STATE_ONLY) !== 0;
}

function isGoingOn({ inspector, onDrops }: CaptureReplay, drops: DropWatch): boolean {
  const { context } = inspector;
  const { timestampHigh, timestampLow } = context.view;
  const notice = drops.observe(
    timestampHigh * SECONDS_PER_UPPER_HALF + timestampLow * SECONDS_PER_NANOSECOND,
  );
  return notice === undefined || onDrops?.(notice, context) !== false;
}
