import {
  type Cursor,
  takeInt64Number,
  takeText,
  takeTexts,
  takeUint8,
  takeUint32,
  takeUint64,
} from './cursor.ts';
import type { ProcessEntry } from './section.ts';

/** Bytes that follow the root directory in entries of recorders before libs 0.10, which lack two fields in between. */
const TAIL_BEFORE_0_10 = 29;
const NO_LOGIN_UID = 0xffff_ffff;

/**
 * Reads one process entry of a block of that version (1-9). Fields that the version lacks get the values that
 * Falco gives them. `end` is where the entry ends when it tells its length (version 9), else where the block does.
 */
export function readProcess(cursor: Cursor, version: number): ProcessEntry {
  const tid = takeInt64Number(cursor);
  const pid = takeInt64Number(cursor);
  const parentTid = takeInt64Number(cursor);
  const sessionId = version >= 6 ? takeInt64Number(cursor) : -1;
  const vpgid = version >= 8 ? takeInt64Number(cursor) : -1;
  const comm = takeText(cursor);
  const exe = takeText(cursor);
  const exepath = version >= 7 ? takeText(cursor) : '';
  const args = takeTexts(cursor);
  const cwd = takeText(cursor);
  const descriptorLimit = takeInt64Number(cursor);
  const flags = takeUint32(cursor);
  const uid = takeUint32(cursor);
  const gid = takeUint32(cursor);
  const hasMemory = version >= 2;
  const memory = {
    virtualSize: hasMemory ? takeUint32(cursor) : 0,
    residentSize: hasMemory ? takeUint32(cursor) : 0,
    swapSize: hasMemory ? takeUint32(cursor) : 0,
    majorFaults: hasMemory ? takeInt64Number(cursor) : 0,
    minorFaults: hasMemory ? takeInt64Number(cursor) : 0,
  };
  const environment = version >= 3 ? takeTexts(cursor) : [];
  const vtid = version >= 4 ? takeInt64Number(cursor) : -1;
  const vpid = version >= 4 ? takeInt64Number(cursor) : -1;
  const cgroups = version >= 4 ? takeTexts(cursor) : [];
  const root = version >= 5 ? takeText(cursor) : '';
  return {
    tid,
    pid,
    parentTid,
    sessionId,
    vpgid,
    comm,
    exe,
    exepath,
    args,
    environment,
    cwd,
    root,
    descriptorLimit,
    flags,
    uid,
    gid,
    memory,
    vtid,
    vpid,
    cgroups,
    ...(version >= 9 ? readTail(cursor) : emptyTail),
  };
}

type Tail = Pick<
  ProcessEntry,
  | 'pgid'
  | 'pidNamespaceStart'
  | 'tty'
  | 'loginUid'
  | 'isExeWritable'
  | 'isExeUpperLayer'
  | 'isExeLowerLayer'
  | 'isExeFromMemfd'
  | 'exeInode'
  | 'exeInodeCtime'
  | 'exeInodeMtime'
  | 'capabilities'
  | 'cloneTime'
>;

const emptyTail: Tail = {
  pidNamespaceStart: 0n,
  tty: 0,
  loginUid: NO_LOGIN_UID,
  isExeWritable: false,
  isExeUpperLayer: false,
  isExeLowerLayer: false,
  isExeFromMemfd: false,
  exeInode: 0n,
  exeInodeCtime: 0n,
  exeInodeMtime: 0n,
  capabilities: { inheritable: 0n, permitted: 0n, effective: 0n },
  cloneTime: 0n,
};

/** Later recorders append fields: each is there as long as the entry's length reaches it. */
function readTail(cursor: Cursor): Tail {
  const isBefore010 = cursor.end - cursor.at <= TAIL_BEFORE_0_10;
  const uint64 = () => (remains(cursor, 8) ? takeUint64(cursor) : 0n);
  const uint32 = (absent: number) => (remains(cursor, 4) ? takeUint32(cursor) : absent);
  const flag = () => (remains(cursor, 1) ? takeUint8(cursor) !== 0 : false);
  const pidNamespaceStart = isBefore010 ? 0n : uint64();
  const tty = isBefore010 ? 0 : uint32(0);
  const loginUid = uint32(NO_LOGIN_UID);
  const isExeWritable = flag();
  const capabilities = { inheritable: uint64(), permitted: uint64(), effective: uint64() };
  const isExeUpperLayer = flag();
  const exeInode = uint64();
  const exeInodeCtime = uint64();
  const exeInodeMtime = uint64();
  const isExeFromMemfd = flag();
  const isExeLowerLayer = flag();
  const pgid = remains(cursor, 8) ? { pgid: takeInt64Number(cursor) } : {};
  return {
    ...pgid,
    pidNamespaceStart,
    tty,
    loginUid,
    isExeWritable,
    isExeUpperLayer,
    isExeLowerLayer,
    isExeFromMemfd,
    exeInode,
    exeInodeCtime,
    exeInodeMtime,
    capabilities,
    cloneTime: 0n,
  };
}

function remains(cursor: Cursor, length: number): boolean {
  return cursor.end - cursor.at >= length;
}
