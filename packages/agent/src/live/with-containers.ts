import type { CaptureSection, EventBatch } from '@seawall/events';
import { encodeNotice } from './container-events.ts';
import type { LiveContainers } from './live-containers.ts';

/**
 * Puts what becomes known of containers among a machine's events, as soon as it is known, whether or not anything else
 * happens. It begins when the tables are seeded, before the first event. Events are numbered anew, in their order.
 * @param sections of a machine being watched. Closing the containers is left to who made them.
 */
export async function* withContainers(
  sections: AsyncIterable<CaptureSection>,
  containers: LiveContainers,
): AsyncGenerator<CaptureSection> {
  const source = sections[Symbol.asyncIterator]();
  let coming: Coming | undefined;
  let areSeeded = false;
  let lastNumber = 0;
  /** Events put in so far: by so many the numbers of those behind them move. */
  let added = 0;
  try {
    for (;;) {
      coming ??= comingOf(source.next());
      // The first section that may belong to a time after the tables: until then nothing is put in between.
      if (!areSeeded) await coming.settled;
      if (!coming.isSettled) {
        await new Promise<void>((resolve) => {
          containers.onNotice(resolve);
          (coming as Coming).settled.then(resolve);
        });
      }
      areSeeded ||= coming.isSettled && !(await isSeed(coming));
      for (
        let notice = areSeeded ? containers.take() : undefined;
        notice !== undefined;
        notice = containers.take()
      ) {
        added += 1;
        lastNumber += 1;
        yield { kind: 'events', batch: encodeNotice(notice, Date.now(), lastNumber) };
      }
      if (!coming.isSettled) continue;
      const { done, value } = await coming.result;
      coming = undefined;
      if (done === true) return;
      if (value.kind === 'events') lastNumber = renumber(value.batch, added);
      yield value;
    }
  } finally {
    await source.return?.();
  }
}

/** A section that was asked for. */
interface Coming {
  readonly result: Promise<IteratorResult<CaptureSection>>;
  /** When it is there or has failed; itself never fails. */
  readonly settled: Promise<void>;
  isSettled: boolean;
}

function comingOf(result: Promise<IteratorResult<CaptureSection>>): Coming {
  const note = (): void => {
    coming.isSettled = true;
  };
  const coming: Coming = { result, settled: result.then(note, note), isSettled: false };
  return coming;
}

async function isSeed({ result }: Coming): Promise<boolean> {
  const { done, value } = await result;
  return done !== true && value.kind !== 'events';
}

/** @returns the number of the batch's last event. */
function renumber({ numbers, count }: EventBatch, added: number): number {
  for (let index = 0; index < count; index += 1) numbers[index] += added;
  return numbers[count - 1];
}
