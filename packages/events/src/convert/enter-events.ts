import { copyBytes } from '../copy-bytes.ts';
import { type EventSpan, lengthOf } from './event-span.ts';

/**
 * The last enter event of each thread, kept until its exit event takes parameters from it. Bounded in threads and in bytes:
 * the longest untouched go first, and their exit events read as if the enter event had been lost.
 */
export interface EnterEvents {
  keep(event: EventSpan): void;
  /** The thread's enter event; undefined where none is kept. Valid until the next `keep`. */
  find(threadKey: ThreadKey): EventSpan | undefined;
  forget(threadKey: ThreadKey): void;
  readonly size: number;
}

/** A thread id, exact: a number where it is safe, else a bigint. */
export type ThreadKey = number | bigint;

interface Slot extends EventSpan {
  isKept: boolean;
}

export interface EnterEventLimits {
  readonly threads: number;
  readonly bytes: number;
}

export const ENTER_EVENT_LIMITS: EnterEventLimits = { threads: 65_536, bytes: 32 * 1024 * 1024 };

export function createEnterEvents(
  threadKeyOf: (event: EventSpan) => ThreadKey,
  limits: EnterEventLimits = ENTER_EVENT_LIMITS,
): EnterEvents {
  const slots = new Map<ThreadKey, Slot>();
  let bytesHeld = 0;

  function drop(key: ThreadKey, slot: Slot): void {
    slots.delete(key);
    bytesHeld -= slot.bytes.length;
  }

  function dropOldest(): Slot {
    const [key, slot] = slots.entries().next().value!;
    drop(key, slot);
    return slot;
  }

  return {
    keep(event) {
      const key = threadKeyOf(event);
      const length = lengthOf(event);
      let slot = slots.get(key);
      // Taken out and put back, so that the map's order is that of the last touch.
      if (slot !== undefined) drop(key, slot);
      else if (slots.size >= limits.threads) slot = dropOldest();
      if (slot === undefined || slot.bytes.length < length || isWasteful(slot, length))
        slot = createSlot(length);
      while (slots.size > 0 && bytesHeld + slot.bytes.length > limits.bytes) dropOldest();
      copyBytes(event.bytes, event.offset, slot.bytes, 0, length);
      slot.isKept = true;
      slots.set(key, slot);
      bytesHeld += slot.bytes.length;
    },
    find(threadKey) {
      const slot = slots.get(threadKey);
      return slot?.isKept ? slot : undefined;
    },
    forget(threadKey) {
      const slot = slots.get(threadKey);
      if (slot !== undefined) slot.isKept = false;
    },
    get size() {
      return slots.size;
    },
  };
}

const SMALL = 512;

function createSlot(length: number): Slot {
  const bytes = new Uint8Array(Math.max(length, 64));
  return { bytes, data: new DataView(bytes.buffer), offset: 0, isKept: false };
}

/** Most enter events are small: a buffer that once held a large one is not kept for them. */
function isWasteful(slot: Slot, length: number): boolean {
  return slot.bytes.length > SMALL && length <= SMALL;
}
