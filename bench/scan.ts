import { closeSync, openSync, readSync } from 'node:fs';

/** What a bare scan saw. */
export interface ScanResult {
  readonly events: number;
  readonly seconds: number;
}

const CHUNK = 256 * 1024;
const EVENT_BLOCK = 0x216;
const LARGE_EVENT_BLOCK = 0x221;

/**
 * The yardstick of all replay benchmarks: reads an unpacked capture of format 1.2 in chunks and looks at each block's
 * type and length and each event's type and thread, which it looks up in a table. Checks nothing, builds nothing.
 */
export function scanCapture(path: string): ScanResult {
  const started = performance.now();
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(CHUNK);
  const data = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  const threads = new Map<number, number>();
  const state = { events: 0, lastThread: -1 };
  let limit = 0;
  for (;;) {
    const count = readSync(file, buffer, limit, CHUNK - limit, null);
    if (count === 0) break;
    limit += count;
    const used = scanChunk(data, limit, threads, state);
    if (used === 0 && limit === CHUNK) throw new Error(`${path} holds a block larger than ${CHUNK} bytes`);
    buffer.copyWithin(0, used, limit);
    limit -= used;
  }
  closeSync(file);
  return { events: state.events, seconds: (performance.now() - started) / 1000 };
}

function scanChunk(
  data: DataView,
  limit: number,
  threads: Map<number, number>,
  state: { events: number; lastThread: number },
): number {
  let position = 0;
  while (limit - position >= 8) {
    const blockType = data.getUint32(position, true);
    const length = data.getUint32(position + 4, true);
    if (length < 12) throw new Error(`a block of ${length} bytes`);
    if (position + length > limit) break;
    if (blockType === EVENT_BLOCK || blockType === LARGE_EVENT_BLOCK) {
      const type = data.getUint16(position + 30, true);
      const thread = data.getInt32(position + 18, true);
      if (thread !== state.lastThread) {
        threads.set(thread, type);
        state.lastThread = thread;
      }
      state.events++;
    }
    position += length;
  }
  return position;
}
