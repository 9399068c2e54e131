import type { EventBatch } from '../batch.ts';
import type { Window } from './window.ts';

/** The most events in one batch: more than the smallest events need to fill a window of standard size. */
export const BATCH_CAPACITY = 8 * 1024;

/** A batch whose buffer follows the window's. */
export type WindowBatch = { -readonly [Key in keyof EventBatch]-?: EventBatch[Key] };

export function createWindowBatch(window: Window): WindowBatch {
  return {
    bytes: window.bytes,
    data: window.data,
    count: 0,
    offsets: new Uint32Array(BATCH_CAPACITY),
    cpus: new Uint16Array(BATCH_CAPACITY),
    numbers: new Float64Array(BATCH_CAPACITY),
    flags: new Uint32Array(BATCH_CAPACITY),
  };
}
