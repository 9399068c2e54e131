/** What became of events in the kernel, by event type. */
export interface KernelCounters {
  /** Handed over to the ring. */
  readonly written: Float64Array;
  /** Of the process that reads the ring itself: never handed over. */
  readonly filtered: Float64Array;
  /** Lost: the ring was full. */
  readonly dropped: Float64Array;
}

/** As in native/record.h. */
const EVENT_TYPES = 512;
const KINDS = 3;
export const COUNTERS_LENGTH = KINDS * EVENT_TYPES * 8;

/** Adds up the counters of all CPUs. */
export function sumCounters(bytes: Uint8Array): KernelCounters {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sums = [0, 1, 2].map((kind) => {
    const sum = new Float64Array(EVENT_TYPES);
    for (let cpu = 0; cpu * COUNTERS_LENGTH < bytes.length; cpu += 1) {
      for (let type = 0; type < EVENT_TYPES; type += 1) {
        const at = cpu * COUNTERS_LENGTH + (kind * EVENT_TYPES + type) * 8;
        sum[type] += data.getUint32(at, true) + data.getUint32(at + 4, true) * 0x1_0000_0000;
      }
    }
    return sum;
  });
  return { written: sums[0], filtered: sums[1], dropped: sums[2] };
}
