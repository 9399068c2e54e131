import type { BlockKind } from './block-types.ts';
import { type Cursor, createCursor } from './cursor.ts';
import { readDescriptor } from './read-descriptors.ts';
import { readAccount, readInterface } from './read-machine-tables.ts';
import { readProcess } from './read-processes.ts';
import type {
  DescriptorEntry,
  GroupEntry,
  NetworkInterface,
  ProcessEntry,
  TableSection,
  UserEntry,
} from './section.ts';

/** How the entries of one table block are read and handed on. */
export interface TableReader {
  /** What is in front of the entries: bytes to be read before the first. */
  readonly headLength: number;
  readHead(cursor: Cursor): void;
  /** Bytes of the length in front of each entry (0: none), and whether it counts itself. */
  readonly entryLength: 'none' | 'inclusive' | 'exclusive';
  /** Reads one entry and keeps it. False where it can't be one, or ends beyond the cursor's end. */
  readEntry(cursor: Cursor): boolean;
  /** How many entries are kept. */
  size(): number;
  /** The entries kept, as sections; they are kept no longer. */
  takeSections(): TableSection[];
}

export type TableKind = Extract<BlockKind, { kind: 'processes' | 'descriptors' | 'interfaces' | 'users' }>;

export function createTableReader(block: TableKind): TableReader {
  switch (block.kind) {
    case 'processes':
      return processReader(block.version);
    case 'descriptors':
      return descriptorReader(block.hasEntryLengths);
    case 'interfaces':
      return interfaceReader(block.hasEntryLengths);
    default:
      return accountReader(block.hasEntryLengths);
  }
}

function processReader(version: number): TableReader {
  let processes: ProcessEntry[] = [];
  return {
    headLength: 0,
    readHead: () => {},
    entryLength: version >= 9 ? 'inclusive' : 'none',
    readEntry(cursor) {
      const entry = readProcess(cursor, version);
      if (!cursor.isShort) processes.push(entry);
      return !cursor.isShort;
    },
    size: () => processes.length,
    takeSections() {
      const section: TableSection = { kind: 'processes', processes };
      processes = [];
      return section.processes.length === 0 ? [] : [section];
    },
  };
}

function descriptorReader(hasEntryLengths: boolean): TableReader {
  let tid = 0;
  let descriptors: DescriptorEntry[] = [];
  return {
    headLength: 8,
    readHead(cursor) {
      tid = Number(cursor.data.getBigInt64(cursor.at, true));
    },
    entryLength: hasEntryLengths ? 'inclusive' : 'none',
    readEntry(cursor) {
      const entry = readDescriptor(cursor, hasEntryLengths);
      if (!cursor.isShort) descriptors.push(entry);
      return !cursor.isShort;
    },
    size: () => descriptors.length,
    takeSections() {
      const section: TableSection = { kind: 'descriptors', tid, descriptors };
      descriptors = [];
      return section.descriptors.length === 0 ? [] : [section];
    },
  };
}

function interfaceReader(hasEntryLengths: boolean): TableReader {
  let interfaces: NetworkInterface[] = [];
  return {
    headLength: 0,
    readHead: () => {},
    entryLength: hasEntryLengths ? 'exclusive' : 'none',
    readEntry(cursor) {
      const entry = readInterface(cursor);
      if (entry === undefined || cursor.isShort) return false;
      interfaces.push(entry);
      return true;
    },
    size: () => interfaces.length,
    takeSections() {
      const section: TableSection = { kind: 'interfaces', interfaces };
      interfaces = [];
      return section.interfaces.length === 0 ? [] : [section];
    },
  };
}

function accountReader(hasEntryLengths: boolean): TableReader {
  let users: UserEntry[] = [];
  let groups: GroupEntry[] = [];
  return {
    headLength: 0,
    readHead: () => {},
    entryLength: hasEntryLengths ? 'inclusive' : 'none',
    readEntry(cursor) {
      const entry = readAccount(cursor);
      if (cursor.isShort) return false;
      if ('user' in entry) users.push(entry.user);
      else groups.push(entry.group);
      return true;
    },
    size: () => users.length + groups.length,
    takeSections() {
      const section: TableSection = { kind: 'users', users, groups };
      users = [];
      groups = [];
      return section.users.length + section.groups.length === 0 ? [] : [section];
    },
  };
}

/**
 * Reads one entry at `at`, of which bytes up to `end` are there. Gives the offset behind it; undefined where
 * it doesn't end before `end`, null where it can't be an entry.
 */
export function readEntryAt(
  reader: TableReader,
  bytes: Uint8Array,
  data: DataView,
  at: number,
  end: number,
): number | undefined | null {
  if (reader.entryLength === 'none') {
    const cursor = createCursor(bytes, data, at, end);
    if (reader.readEntry(cursor)) return cursor.at;
    return cursor.isShort ? undefined : null;
  }
  if (end - at < 4) return undefined;
  const recorded = data.getUint32(at, true);
  const entryEnd = at + recorded + (reader.entryLength === 'exclusive' ? 4 : 0);
  if (entryEnd <= at + 4) return null;
  if (entryEnd > end) return undefined;
  return reader.readEntry(createCursor(bytes, data, at + 4, entryEnd)) ? entryEnd : null;
}
