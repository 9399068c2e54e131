/**
 * A run of events in today's form, all in one buffer. Whoever makes it (capture reader, probe) reuses the
 * arrays for the next batch: read it to the end before asking for another, and copy what must outlive it.
 *
 * An event is the 26-byte scap header (timestamp u64, tid u64, length u32, type u16, parameter count u32;
 * little-endian, packed), then a u16 length per parameter (u32 for types with the large-payload flag), then
 * the parameters' bytes. Events lie anywhere in `bytes`, in any order of offsets, not necessarily aligned.
 */
export interface EventBatch {
  readonly bytes: Uint8Array;
  readonly data: DataView;
  /** How many events the batch holds; only that many entries of the arrays below are meaningful. */
  count: number;
  /** Where each event's header starts in `bytes`. */
  readonly offsets: Uint32Array;
  /** The CPU that each event happened on. */
  readonly cpus: Uint16Array;
  /** The number (from 1, Falco's `evt.num`) of each event; events dropped while converting have none. */
  readonly numbers: Float64Array;
  /**
   * What the recorder said of each event besides (SCAP_DF_*; 1: only for keeping state, no rule sees it).
   * Absent where a source knows of no such thing.
   */
  readonly flags?: Uint32Array;
}
