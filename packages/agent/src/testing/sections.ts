import { type CaptureSection, type EventBatch, readCapture } from '@seawall/events';

/**
 * Reads the first events of a capture into memory, so that they can be replayed many times.
 * @param maximum how many events to keep.
 */
export async function keepSections(capture: string, maximum: number): Promise<CaptureSection[]> {
  const kept: CaptureSection[] = [];
  let left = maximum;
  for await (const section of readCapture(capture)) {
    if (section.kind !== 'events') {
      kept.push(section);
      continue;
    }
    const batch = copyBatch(section.batch, left);
    kept.push({ kind: 'events', batch });
    left -= batch.count;
    if (left <= 0) break;
  }
  return kept;
}

function copyBatch(batch: EventBatch, maximum: number): EventBatch {
  const bytes = new Uint8Array(batch.bytes);
  return {
    bytes,
    data: new DataView(bytes.buffer),
    count: Math.min(batch.count, maximum),
    offsets: batch.offsets.slice(0, batch.count),
    cpus: batch.cpus.slice(0, batch.count),
    numbers: batch.numbers.slice(0, batch.count),
  };
}
