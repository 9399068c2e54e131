import { EVENT_TYPE_COUNT, Step } from '@seawall/events';
import { idleSteps } from './quiet.ts';
import { transferTuples } from './transfer.ts';

/** What events of a type leave in the tables of a thread that they have, so that others could miss them. */
export const Trace = {
  nothing: 0,
  /** That a socket is connected, which `fd.connected` shows and nothing else. */
  connection: 1,
  /** What the ends of a socket are, where the call succeeded. */
  ends: 2,
  anything: 3,
} as const;

const NO_TUPLE = -1;

/** By type id, a `Trace`: for sources that leave events out before anybody sees them. */
export const traces: Uint8Array = Uint8Array.from({ length: EVENT_TYPE_COUNT }, (_, type) => {
  if (idleSteps[type] === Step.count) return Trace.nothing;
  const tuple = transferTuples[type];
  if (idleSteps[type] !== Step.ask || tuple === undefined) return Trace.anything;
  return tuple === NO_TUPLE ? Trace.connection : Trace.ends;
});
