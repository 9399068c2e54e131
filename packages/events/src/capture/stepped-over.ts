import { EVENT_TYPE_COUNT } from '../table/event-type.ts';

/**
 * Which events a reader need not deliver, and how many it left out: at a few loads each it is by far the cheapest
 * place to leave an event behind. Owned by whoever consumes the batches, who may change it between two of them.
 */
export interface SteppedOver {
  /** By type id: 1 where events are counted, not delivered. Old forms that have to be converted are delivered all the same. */
  readonly types: Uint8Array;
  /** By type id: 1 where an event may change `types`: a batch ends behind one. */
  readonly pauses: Uint8Array;
  /** By type id: how many were left out since the consumer last set it to 0. */
  readonly counts: Uint32Array;
}

/** Nothing is stepped over, at first. */
export function createSteppedOver(): SteppedOver {
  return {
    types: new Uint8Array(EVENT_TYPE_COUNT),
    pauses: new Uint8Array(EVENT_TYPE_COUNT),
    counts: new Uint32Array(EVENT_TYPE_COUNT),
  };
}
