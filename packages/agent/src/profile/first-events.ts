import type { CaptureSection } from '@seawall/events';

/** A capture's sections up to its first so many events. */
export async function* firstEvents(
  sections: AsyncIterable<CaptureSection>,
  maximum: number,
): AsyncGenerator<CaptureSection, void, undefined> {
  let left = maximum;
  for await (const section of sections) {
    if (section.kind !== 'events') {
      yield section;
      continue;
    }
    const { batch } = section;
    yield batch.count <= left ? section : { kind: 'events', batch: { ...batch, count: left } };
    left -= batch.count;
    if (left <= 0) return;
  }
}
