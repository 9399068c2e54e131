import { createCaptureWriter, readCapture, TYPE_OFFSET } from '@seawall/events';
import type { Program } from '@seawall/rules';

/**
 * Copies a capture with only the events that a program's rules look at, for the reference program to read as well.
 * @returns how many events are left.
 */
export async function writeDenseCopy(
  capture: string,
  { wanted }: Pick<Program<never>, 'wanted'>,
  path: string,
): Promise<number> {
  const writer = createCaptureWriter(path, { compatibility: 'sysdig-0.41' });
  for await (const section of readCapture(capture)) {
    if (section.kind !== 'events') {
      await writer.write(section);
      continue;
    }
    const { batch } = section;
    for (let index = 0; index < batch.count; index += 1) {
      const type = batch.data.getUint16(batch.offsets[index] + TYPE_OFFSET, true);
      if (wanted[type] === 1) await writer.writeEvent(batch, index);
    }
  }
  return (await writer.close()).events;
}
