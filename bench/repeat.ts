// Writes a capture to standard output with its events over and over: a recording N times as long.
// The capture is plain, and holds its tables before its first event.
import { openSync, readSync, writeSync } from 'node:fs';
import { createUsage, type Usage } from '../scripts/usage.ts';

const EVENT_BLOCK = 0x216;
const CHUNK = 1 << 20;

const usage: Usage = createUsage('bench/repeat.ts CAPTURE TIMES');
const { positionals } = usage.read({ allowPositionals: true });
const [capture = usage.refuse('a capture is missing'), times = ''] = positionals;
const file = openSync(usage.file(capture), 'r');
const repetitions = usage.wholeNumber('TIMES', times, 1);

/** Where the first block of an event begins: everything before it is written once. */
function findFirstEvent(): number {
  const head = Buffer.alloc(8);
  for (let position = 0; ; ) {
    if (readSync(file, head, 0, 8, position) < 8) usage.refuse(`${capture} holds no events`);
    if (head.readUInt32LE(0) === EVENT_BLOCK) return position;
    position += head.readUInt32LE(4);
  }
}

function write(from: number, to: number): void {
  const chunk = Buffer.alloc(CHUNK);
  for (let position = from; position < to; ) {
    const read = readSync(file, chunk, 0, Math.min(CHUNK, to - position), position);
    if (read === 0) return;
    for (let written = 0; written < read; ) written += writeSync(1, chunk, written, read - written);
    position += read;
  }
}

const firstEvent = findFirstEvent();
write(0, firstEvent);
for (let time = 0; time < repetitions; time++) write(firstEvent, Number.POSITIVE_INFINITY);
