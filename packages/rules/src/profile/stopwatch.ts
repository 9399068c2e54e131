import type { Clock } from '@seawall/base';

/** Measures what is far shorter than reading a clock takes. */
export interface Stopwatch {
  /**
   * Runs `test` that many times between two readings of the clock.
   * @returns what the last run gave; `lap` then has the nanoseconds of one run, those of the clock taken off.
   */
  time<Context>(test: (context: Context) => boolean, context: Context, times: number): boolean;
  readonly lap: number;
}

const CALIBRATIONS = 101;
const NANOSECONDS = 1e6;

export function createStopwatch({ monotonic }: Clock): Stopwatch {
  const readings = new Float64Array(CALIBRATIONS);
  for (let index = 0; index < CALIBRATIONS; index += 1) {
    const started = monotonic();
    readings[index] = monotonic() - started;
  }
  const reading = readings.sort()[CALIBRATIONS >> 1] as number;
  let lap = 0;
  return {
    time(test, context, times) {
      let holds = false;
      const started = monotonic();
      for (let run = 0; run < times; run += 1) holds = test(context);
      lap = (Math.max(0, monotonic() - started - reading) * NANOSECONDS) / times;
      return holds;
    },
    get lap() {
      return lap;
    },
  };
}
