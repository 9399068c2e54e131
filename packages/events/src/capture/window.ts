import type { ByteSource } from './source.ts';

/** Bytes read at once: enough to make reading cheap, few enough to stay in the processor's cache. */
const CHUNK = 256 * 1024;
/** Room behind the bytes read, for events that are rewritten while they are read. */
export const SPARE = 512 * 1024;

/**
 * The part of a capture that is in memory: one buffer, read into again and again. `bytes` from `position` to `limit`
 * are read and not yet used; from `capacity` on there is spare room.
 */
export interface Window {
  bytes: Buffer;
  data: DataView;
  position: number;
  limit: number;
  capacity: number;
  /** The capture's byte at the buffer's start. */
  base: number;
  /** Why no more can be read, where that is not the capture's end. */
  failure: unknown;
  isEnded: boolean;
  readonly source: ByteSource;
  readonly standard: Buffer;
}

export function createWindow(source: ByteSource): Window {
  const standard = Buffer.alloc(CHUNK + SPARE);
  return {
    bytes: standard,
    data: viewOf(standard),
    position: 0,
    limit: 0,
    capacity: CHUNK,
    base: 0,
    failure: undefined,
    isEnded: false,
    source,
    standard,
  };
}

/** The capture's byte (unpacked) at the window's position. */
export function offsetOf(window: Window): number {
  return window.base + window.position;
}

/**
 * Makes at least `wanted` bytes available from the position on and gives how many are: fewer only where the capture
 * ends or can't be read further (then `failure` says why). Moves bytes: offsets into the buffer are no longer valid.
 */
export async function load(window: Window, wanted: number): Promise<number> {
  if (window.limit - window.position >= wanted) return window.limit - window.position;
  moveToStart(window);
  while (window.limit < wanted && !window.isEnded) {
    if (window.limit === window.capacity) grow(window, wanted);
    try {
      const count = await window.source.read(window.bytes, window.limit, window.capacity);
      if (count === 0) window.isEnded = true;
      window.limit += count;
    } catch (error) {
      window.failure = error;
      window.isEnded = true;
    }
  }
  return window.limit;
}

/** Steps over that many bytes without keeping them; gives how many of them the capture lacks. */
export async function skip(window: Window, length: number): Promise<number> {
  let rest = length;
  for (;;) {
    const step = Math.min(rest, window.limit - window.position);
    window.position += step;
    rest -= step;
    if (rest === 0 || (await load(window, 1)) === 0) return rest;
  }
}

/** Unused bytes go to the buffer's start; after an oversized block back to the buffer of standard size. */
function moveToStart(window: Window): void {
  const { position, limit } = window;
  if (window.bytes !== window.standard && limit - position < CHUNK) {
    window.bytes.copy(window.standard, 0, position, limit);
    useBuffer(window, window.standard);
  } else if (position > 0) {
    window.bytes.copyWithin(0, position, limit);
  }
  window.base += position;
  window.limit = limit - position;
  window.position = 0;
}

/** Grows only as far as bytes have really come, whatever length a block claims. */
function grow(window: Window, wanted: number): void {
  const larger = Buffer.alloc(Math.min(wanted, window.capacity * 2) + SPARE);
  window.bytes.copy(larger, 0, 0, window.limit);
  useBuffer(window, larger);
}

function useBuffer(window: Window, buffer: Buffer): void {
  window.bytes = buffer;
  window.data = viewOf(buffer);
  window.capacity = buffer.length - SPARE;
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}
