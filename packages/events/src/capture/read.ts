import { createConverter } from '../convert/converter.ts';
import { errors } from '../errors.ts';
import { type BlockKind, BYTE_ORDER_MAGIC, blockKindOf, SECTION_HEADER } from './block-types.ts';
import { collectEvents } from './collect-events.ts';
import { createCursor } from './cursor.ts';
import { unpack } from './decompress.ts';
import { createWindowBatch, type WindowBatch } from './event-batch.ts';
import type { Collector, Stop } from './event-block.ts';
import { readMachine } from './read-machine-tables.ts';
import { createTableReader, readEntryAt, type TableKind } from './read-tables.ts';
import type { CaptureSection, TableSection, VisitedSection } from './section.ts';
import { type CaptureInput, openSource } from './source.ts';
import { type EventVisitor, type Visited, visitEvents } from './visit-events.ts';
import { createWindow, load, offsetOf, skip, type Window } from './window.ts';

export interface ReadOptions {
  /** What errors call the capture where it isn't a path; `the capture` without it. */
  readonly name?: string;
  /** Counted up while reading. */
  readonly counts?: ReadCounts;
}

/** Events of the file that were not delivered. */
export interface ReadCounts {
  /** Enter events that became part of their exit events, and types no longer in use. */
  dropped: number;
  /** Events of types that this version doesn't know. */
  unknown: number;
}

/** Type and length in front of a block, and the length behind it. */
const BLOCK_FRAME = 12;
const HEADER_BODY = 16;
const MACHINE_BODY = 180;
/** Longest table entry that is believed: eight texts of 64 KiB, and room for what later versions append. */
const MAXIMUM_ENTRY = 1024 * 1024;
const SMALL_ENTRY = 16 * 1024;
/** Table entries that are handed on together. */
const ENTRIES_AT_ONCE = 512;

/**
 * Reads a .scap capture (formats 1.0 to 1.2; plain, gzip or zstd) as a stream of what it holds, in the order in
 * which it holds it, in constant memory. Events come in batches in today's form; old ones are converted and counted
 * as Falco counts them (`numbers`: those that are dropped don't count). A further capture appended to the file
 * starts with another `header`.
 *
 * Throws errors of this package's catalogue: CAPTURE_UNREADABLE, CAPTURE_EMPTY, NOT_A_CAPTURE, CAPTURE_TOO_NEW,
 * FOREIGN_BYTE_ORDER, and after everything readable has been delivered CAPTURE_TRUNCATED, CAPTURE_DAMAGED,
 * COMPRESSION_DAMAGED.
 */
export function readCapture(
  input: CaptureInput,
  options: ReadOptions = {},
): AsyncGenerator<CaptureSection, void, undefined> {
  return readSections(input, options, (window, path, counts) => {
    const batch = createWindowBatch(window);
    const collector = createCollector(window, batch, counts);
    const events: CaptureSection = { kind: 'events', batch };
    return readBlocks(window, path, () => {
      const stop = collectEvents(collector);
      return { stop, section: batch.count > 0 ? events : undefined, isEnough: false };
    });
  });
}

/**
 * The same, with events shown to the visitor while they are read: for those who have no use for most of them. Ends
 * early when the visitor has seen enough. Throws as `readCapture` does, and what the visitor throws.
 */
export function visitCapture(
  input: CaptureInput,
  visitor: EventVisitor,
  options: ReadOptions = {},
): AsyncGenerator<VisitedSection, void, undefined> {
  return readSections(input, options, (window, path, counts) => {
    const collector = createCollector(window, createWindowBatch(window), counts);
    const visited: VisitedSection & Visited = { kind: 'visited', count: 0, isEnough: false };
    return readBlocks(window, path, () => {
      const stop = visitEvents(collector, visitor, visited);
      return { stop, section: visited.count > 0 ? visited : undefined, isEnough: visited.isEnough };
    });
  });
}

async function* readSections<Section>(
  input: CaptureInput,
  { name = 'the capture', counts = { dropped: 0, unknown: 0 } }: ReadOptions,
  read: (window: Window, path: string, counts: ReadCounts) => AsyncGenerator<Section, void, undefined>,
): AsyncGenerator<Section, void, undefined> {
  const path = typeof input === 'string' ? input : name;
  const stored = await openSource(input);
  let source = stored;
  try {
    source = await unpack(stored, path);
    const window = createWindow(source);
    await checkBeginning(window, path);
    yield* read(window, path, counts);
  } finally {
    await source.close();
  }
}

async function checkBeginning(window: Window, path: string): Promise<void> {
  const available = await load(window, 12);
  if (available < 12 && window.failure !== undefined) throw window.failure;
  if (available === 0) throw errors.create('CAPTURE_EMPTY', { path });
  if (available < 4 || window.data.getUint32(0, true) !== SECTION_HEADER) {
    const found = window.bytes
      .subarray(0, Math.min(available, 4))
      .toString('hex')
      .replace(/..(?=.)/g, '$& ');
    throw errors.create('NOT_A_CAPTURE', { path, found });
  }
}

function createCollector(window: Window, batch: WindowBatch, counts: ReadCounts): Collector {
  const { bytes, data } = window;
  return {
    window,
    batch,
    converter: createConverter(),
    number: 0,
    spareUsed: 0,
    counts,
    place: { position: 0, passed: 0, isBarred: false },
    from: { bytes, data, offset: 0 },
    to: { bytes, data, offset: 0 },
  };
}

/** What became of a run of event blocks: why it ended, what there is to hand on, whether nobody wants more. */
interface EventRun<Section> {
  readonly stop: Stop;
  readonly section: Section | undefined;
  readonly isEnough: boolean;
}

/** @param readEvents takes the event blocks from the window's position on, the first of which is there. */
async function* readBlocks<Section>(
  window: Window,
  path: string,
  readEvents: () => EventRun<Section>,
): AsyncGenerator<Section | TableSection, void, undefined> {
  for (;;) {
    const available = await load(window, 8);
    if (available < 8) {
      if (available === 0 && window.failure === undefined) return;
      throw endOf(window, path, 'a block header', 8);
    }
    const block = blockKindOf(window.data.getUint32(window.position, true));
    if (block?.kind !== 'events') {
      yield* readOther(window, path, block);
      continue;
    }
    const { stop, section, isEnough } = readEvents();
    if (section !== undefined) yield section;
    if (isEnough) return;
    if (stop.reason === 'damaged') throw damage(window, path, PLACES.events, stop.fault, stop.cause);
    if (stop.reason === 'incomplete' && (await load(window, stop.length)) < stop.length) {
      throw endOf(window, path, PLACES.events, stop.length);
    }
  }
}

async function* readOther(
  window: Window,
  path: string,
  block: BlockKind | undefined,
): AsyncGenerator<TableSection, void, undefined> {
  const place = block === undefined ? 'a block of an unknown type' : PLACES[block.kind];
  if (block?.kind === 'header') {
    await need(window, path, place, 12);
    checkByteOrder(window, path);
  }
  const blockOffset = offsetOf(window);
  const length = window.data.getUint32(window.position + 4, true);
  if (length < BLOCK_FRAME) {
    throw damage(window, path, place, `a block has at least ${BLOCK_FRAME} bytes, it says ${length}`);
  }
  window.position += 8;
  let rest = length - BLOCK_FRAME;
  if (block?.kind === 'header') {
    rest -= await needBody(window, path, place, rest, HEADER_BODY);
    yield readHeader(window, path);
  } else if (block?.kind === 'machine') {
    rest -= await needBody(window, path, place, rest, MACHINE_BODY);
    const end = window.position + MACHINE_BODY;
    const machine = readMachine(createCursor(window.bytes, window.data, window.position, end));
    window.position = end;
    yield { kind: 'machine', machine };
  } else if (block !== undefined && block.kind !== 'events') {
    rest = yield* readTable(window, path, block, rest);
  }
  const missing = await skip(window, rest);
  if (missing > 0) throw endOf(window, path, place, missing + 4);
  await need(window, path, place, 4);
  const trailer = window.data.getUint32(window.position, true);
  if (trailer !== length) {
    const fault = `its length is ${length} in front and ${trailer} behind`;
    throw errors.create('CAPTURE_DAMAGED', { path, place, offset: blockOffset, reason: fault });
  }
  window.position += 4;
}

/** Reads the entries of a table block, however long it is, and gives how many bytes of its body are left (padding). */
async function* readTable(
  window: Window,
  path: string,
  block: TableKind,
  length: number,
): AsyncGenerator<TableSection, number, undefined> {
  const place = PLACES[block.kind];
  const reader = createTableReader(block);
  let rest = length;
  if (reader.headLength > 0) {
    rest -= await needBody(window, path, place, rest, reader.headLength);
    reader.readHead(
      createCursor(window.bytes, window.data, window.position, window.position + reader.headLength),
    );
    window.position += reader.headLength;
  }
  let wanted = SMALL_ENTRY;
  while (rest >= 4) {
    const visible = Math.min(rest, wanted);
    const available = Math.min(await load(window, visible), rest);
    const next = readEntryAt(reader, window.bytes, window.data, window.position, window.position + available);
    if (typeof next === 'number') {
      rest -= next - window.position;
      window.position = next;
      wanted = SMALL_ENTRY;
      if (reader.size() >= ENTRIES_AT_ONCE) yield* reader.takeSections();
      continue;
    }
    if (next === undefined && available >= visible && available < rest && available < MAXIMUM_ENTRY) {
      wanted = available * 2;
      continue;
    }
    yield* reader.takeSections();
    if (next === undefined && available < visible) throw endOf(window, path, place, rest + 4);
    throw damage(window, path, place, 'an entry does not fit into it');
  }
  yield* reader.takeSections();
  return rest;
}

function checkByteOrder(window: Window, path: string): void {
  const magic = window.data.getUint32(window.position + 8, true);
  if (magic === BYTE_ORDER_MAGIC) return;
  if (window.data.getUint32(window.position + 8, false) === BYTE_ORDER_MAGIC) {
    throw errors.create('FOREIGN_BYTE_ORDER', { path });
  }
  throw damage(window, path, PLACES.header, `its magic number is 0x${magic.toString(16)}`);
}

/** Reads the section header's fields behind its frame. */
function readHeader(window: Window, path: string): TableSection {
  const majorVersion = window.data.getUint16(window.position + 4, true);
  const minorVersion = window.data.getUint16(window.position + 6, true);
  if (majorVersion > 1) {
    throw errors.create('CAPTURE_TOO_NEW', { path, major: majorVersion, minor: minorVersion });
  }
  window.position += HEADER_BODY;
  return { kind: 'header', majorVersion, minorVersion };
}

const PLACES = {
  header: 'a section header',
  machine: 'a machine block',
  processes: 'a process list',
  descriptors: 'a descriptor list',
  interfaces: 'an interface list',
  users: 'a user list',
  events: 'an event block',
} as const;

/** Makes that many bytes of a block's body available; gives their number. */
async function needBody(
  window: Window,
  path: string,
  place: string,
  rest: number,
  length: number,
): Promise<number> {
  if (rest < length) throw damage(window, path, place, `${length} bytes are needed, it has ${rest}`);
  await need(window, path, place, length);
  return length;
}

async function need(window: Window, path: string, place: string, length: number): Promise<void> {
  if ((await load(window, length)) < length) throw endOf(window, path, place, length);
}

/** The error for `needed` bytes at the window's position that aren't there. */
function endOf(window: Window, path: string, place: string, needed: number): unknown {
  if (window.failure !== undefined) return window.failure;
  const missing = needed - (window.limit - window.position);
  return errors.create('CAPTURE_TRUNCATED', { path, place, offset: offsetOf(window), missing });
}

function damage(window: Window, path: string, place: string, reason: string, cause?: unknown): Error {
  return errors.create('CAPTURE_DAMAGED', { path, place, offset: offsetOf(window), reason }, cause);
}
