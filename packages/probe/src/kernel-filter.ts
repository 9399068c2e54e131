import { IGNORED_SLOTS } from './ignored.ts';

/**
 * What the kernel is to leave out, as native/filter.h has it. Whoever derives it answers for it that neither rules nor
 * tables miss what is left out.
 */
export interface KernelFilter {
  /** Event types that only the tables need: calls that failed are left out, and copies of descriptors that are not kept. */
  readonly stateOnlyTypes: ReadonlySet<number>;
  /** Event types of copies that rules need only of descriptors that are kept. */
  readonly keptOnlyTypes: ReadonlySet<number>;
  /** Whether of descriptors the tables keep those of directories and sockets alone; nobody needs to be told of closing. */
  readonly omitsFiles: boolean;
  /** Event types that only rules need, and only of processes that they are not done with: at most `IGNORED_SLOTS`. */
  readonly byProcessTypes: readonly number[];
  /** For each kind of opening (see `openKindOf`): all, or those whose paths start with one of these byte strings. */
  readonly opens: readonly ('all' | readonly string[])[];
}

/** How a file was asked for. Opening without reading and writing is opening for reading. */
export interface OpenKind {
  readonly reads: boolean;
  readonly writes: boolean;
  readonly truncates: boolean;
  readonly hasFailed: boolean;
}

/** What is written into the kernel's maps. */
export interface EncodedFilter {
  /** The value of `filters`. */
  readonly settings: Uint8Array;
  /** Of `open_paths`: which kinds of opening are asked for, a bit each, by the start of the path. */
  readonly paths: ReadonlyMap<string, number>;
}

const READS = 1;
const WRITES = 2;
const TRUNCATES = 4;
const HAS_FAILED = 8;
export const OPEN_KIND_COUNT = 16;

const NEEDED_BY_TABLES = 1;
const NEEDED_BY_NOBODY = 2;
const NEEDED_FOR_KEPT = 3;
const NEEDED_BY_PROCESS = 32;
const OMITS_FILES_OFFSET = 8;
const IS_IGNORING_OFFSET = 9;
const OPEN_ALL = 0;
const OPEN_NONE = 1;
const OPEN_BY_PATH = 2;
const PREFIX_MAXIMUM = 64;
/** Bytes behind the first slash that tell quickly that a path can't be one of those asked for. */
const START_LENGTH = 4;
const EVERY_START = 0xffff_ffff_ffff_ffffn;
const EVENT_TYPES = 512;
const OPENS_OFFSET = 16;
const NEEDS_OFFSET = OPENS_OFFSET + OPEN_KIND_COUNT;

export function openKindOf(kind: number): OpenKind {
  return {
    reads: (kind & READS) !== 0,
    writes: (kind & WRITES) !== 0,
    truncates: (kind & TRUNCATES) !== 0,
    hasFailed: (kind & HAS_FAILED) !== 0,
  };
}

/**
 * @param filter undefined: nothing is left out.
 * @param unwantedTypes event types of which there are to be none: their calls are about to go off.
 * @param knownPaths what `open_paths` holds from before, which can't be taken out: it gets new values.
 * @param unaskedTypes event types of which there are to be none, though their calls are on.
 */
export function encodeFilter(
  filter: KernelFilter | undefined,
  unwantedTypes: Iterable<number> = [],
  knownPaths: Iterable<string> = [],
  unaskedTypes: Iterable<number> = [],
): EncodedFilter {
  const settings = Buffer.alloc(NEEDS_OFFSET + EVENT_TYPES);
  for (const type of unaskedTypes) settings.writeUInt8(NEEDED_BY_TABLES, NEEDS_OFFSET + type);
  for (const type of unwantedTypes) settings.writeUInt8(NEEDED_BY_NOBODY, NEEDS_OFFSET + type);
  if (filter === undefined) {
    // A program that reads this while it is being written may still look at paths.
    settings.writeBigUInt64LE(EVERY_START, 0);
    return { settings, paths: new Map([...knownPaths].map((path) => [path, 0])) };
  }
  settings.writeUInt8(filter.omitsFiles ? 1 : 0, OMITS_FILES_OFFSET);
  const kindsByPrefix = new Map<string, number>();
  filter.opens.forEach((wanted, kind) => {
    settings.writeUInt8(wayOf(wanted), OPENS_OFFSET + kind);
    if (wanted === 'all') return;
    for (const text of wanted) {
      const prefix = text.slice(0, PREFIX_MAXIMUM);
      kindsByPrefix.set(prefix, (kindsByPrefix.get(prefix) ?? 0) | (1 << kind));
    }
  });
  for (const [types, need] of [
    [filter.stateOnlyTypes, NEEDED_BY_TABLES],
    [filter.keptOnlyTypes, NEEDED_FOR_KEPT],
  ] as const) {
    for (const type of types) {
      if (settings[NEEDS_OFFSET + type] === 0) settings.writeUInt8(need, NEEDS_OFFSET + type);
    }
  }
  settings.writeUInt8(filter.byProcessTypes.length > 0 ? 1 : 0, IS_IGNORING_OFFSET);
  filter.byProcessTypes.slice(0, IGNORED_SLOTS).forEach((type, slot) => {
    if (settings[NEEDS_OFFSET + type] === 0)
      settings.writeUInt8(NEEDED_BY_PROCESS + slot, NEEDS_OFFSET + type);
  });
  let starts = 0n;
  for (const prefix of kindsByPrefix.keys()) starts |= startsOf(prefix);
  settings.writeBigUInt64LE(starts, 0);
  const paths = new Map<string, number>();
  // The kernel finds the longest entry that a path starts with: it has to speak for the shorter ones too.
  for (const path of new Set([...knownPaths, ...kindsByPrefix.keys()])) {
    let kinds = 0;
    for (const [prefix, wanted] of kindsByPrefix) if (path.startsWith(prefix)) kinds |= wanted;
    paths.set(path, kinds);
  }
  return { settings, paths };
}

/** The key of `open_paths` for the start of a path. */
export function pathKey(prefix: string): Uint8Array {
  const key = Buffer.alloc(4 + PREFIX_MAXIMUM);
  key.writeUInt32LE(prefix.length * 8);
  key.write(prefix, 4, 'latin1');
  return key;
}

function wayOf(wanted: KernelFilter['opens'][number]): number {
  if (wanted === 'all') return OPEN_ALL;
  return wanted.length === 0 ? OPEN_NONE : OPEN_BY_PATH;
}

function startsOf(prefix: string): bigint {
  if (prefix.length <= START_LENGTH) return EVERY_START;
  const start = Buffer.from(prefix, 'latin1').readUInt32LE(1);
  return 1n << BigInt(Math.imul(start, 2_654_435_761) >>> 26);
}

/** Leaves out only what both do. */
export function commonFilter(
  left: KernelFilter | undefined,
  right: KernelFilter | undefined,
): KernelFilter | undefined {
  if (left === undefined || right === undefined) return undefined;
  const isReduced = ({ stateOnlyTypes, keptOnlyTypes }: KernelFilter, type: number): boolean =>
    stateOnlyTypes.has(type) || keptOnlyTypes.has(type);
  const both = [...left.stateOnlyTypes, ...left.keptOnlyTypes].filter((type) => isReduced(right, type));
  const isStateOnly = (type: number): boolean =>
    left.stateOnlyTypes.has(type) && right.stateOnlyTypes.has(type);
  return {
    stateOnlyTypes: new Set(both.filter(isStateOnly)),
    keptOnlyTypes: new Set(both.filter((type) => !isStateOnly(type))),
    omitsFiles: left.omitsFiles && right.omitsFiles,
    // Verdicts are one rule set's: while two are at work there are none.
    byProcessTypes: [],
    opens: left.opens.map((wanted, kind) => {
      const other = right.opens[kind];
      return wanted === 'all' || other === 'all' ? 'all' : [...new Set([...wanted, ...other])];
    }),
  };
}
