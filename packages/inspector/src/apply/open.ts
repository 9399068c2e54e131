import {
  type EventView,
  HEADER_LENGTH,
  hasValue,
  internedTextAt,
  readInt64Number,
  readUint16,
  readUint32,
  readUint64,
  uint64At,
} from '@seawall/events';
import { createDescriptor } from '../descriptor/create.ts';
import { DescriptorType } from '../descriptor/descriptor.ts';
import { DescriptorFlag, OpenFlag } from '../descriptor/flags.ts';
import { concatenatePaths } from '../process/path.ts';
import type { Process } from '../process/process.ts';
import { directoryOf, workingDirectory } from './directory.ts';
import { enterEventOf } from './enter-event.ts';
import { NOT_AVAILABLE, readText, resultOf, textOf } from './parameters.ts';
import { type Handlers, openDescriptor, type State } from './state.ts';

/** Layer flags as creat's exit event numbers them. */
const CREAT_UPPER_LAYER = 1;
const CREAT_LOWER_LAYER = 2;

/** Flags that the probe adds; the others are what the caller asked for. */
const ADDED_FLAGS = ~(OpenFlag.created - 1);

export const openHandlers: Handlers = {
  SYSCALL_OPEN_X(state, view) {
    const fd = resultOf(view);
    const { process } = state.context;
    if (process === undefined || fd < 0) return;
    const enterEvent = enterEventOf(process, view);
    const enterName = enterEvent && readText(enterEvent, 0);
    const isEnterBetter = enterName !== undefined && enterName !== NOT_AVAILABLE;
    const flags = readUint32(view, 2);
    const name = isEnterBetter ? enterName : readText(view, 1);
    const usedFlags = isEnterBetter ? readUint32(enterEvent!, 1) | (flags & ADDED_FLAGS) : flags;
    const inode = hasValue(view, 4) ? readUint64(view, 5) : 0;
    open(state, process, fd, workingDirectory(process), name, usedFlags, readUint32(view, 4), inode);
  },
  SYSCALL_CREAT_X(state, view) {
    const fd = resultOf(view);
    const { process } = state.context;
    if (process === undefined || fd < 0) return;
    const enterEvent = enterEventOf(process, view);
    const enterName = enterEvent && readText(enterEvent, 0);
    const isEnterBetter = enterName !== undefined && enterName !== NOT_AVAILABLE;
    const name = isEnterBetter ? enterName : readText(view, 1);
    const inode = hasValue(view, 3) ? readUint64(view, 4) : 0;
    open(state, process, fd, workingDirectory(process), name, layerOfCreat(view), readUint32(view, 3), inode);
  },
  SYSCALL_OPENAT_2_X(state, view) {
    if (!openAtUsual(state, view)) openAt(state, view, 5);
  },
  SYSCALL_OPENAT2_X: (state, view) => openAt(state, view, 6),
  SYSCALL_OPEN_BY_HANDLE_AT_X(state, view) {
    const fd = resultOf(view);
    const { process } = state.context;
    if (process === undefined || fd < 0) return;
    // The probe resolves the handle: the path is absolute.
    const name = readText(view, 3);
    open(state, process, fd, '', name, readUint32(view, 2), readUint32(view, 4), readUint64(view, 5));
  },
};

/** Two lengths of 8 bytes, and of 4, as they follow each other in an event. */
const EIGHT_EIGHT = 0x0008_0008;
const FOUR_FOUR = 0x0004_0004;

/**
 * An `openat` as nearly all are: a name, the parameters of their usual lengths, no start of the call kept.
 * @returns false when nothing was done: the event is to be read one parameter after the other.
 */
function openAtUsual(state: State, view: EventView): boolean {
  const { process } = state.context;
  const { data } = view;
  const lengths = view.offset + HEADER_LENGTH;
  if (
    process === undefined ||
    process.bookkeeping.enterEvent !== undefined ||
    view.parameterCount !== 7 ||
    data.getUint32(lengths, true) !== EIGHT_EIGHT ||
    data.getUint16(lengths + 6, true) !== 4 ||
    data.getUint32(lengths + 8, true) !== FOUR_FOUR ||
    data.getUint16(lengths + 12, true) !== 8
  ) {
    return false;
  }
  const nameLength = data.getUint16(lengths + 4, true);
  const start = lengths + 14;
  const fd = data.getInt32(start, true);
  const directory = data.getInt32(start + 8, true);
  if (
    nameLength === 0 ||
    data.getInt32(start + 4, true) !== fd >> 31 ||
    data.getInt32(start + 12, true) !== directory >> 31
  ) {
    return false;
  }
  if (fd < 0) return true;
  const nameStart = start + 16;
  const name = textOf(internedTextAt(view.bytes, data, nameStart, nameLength));
  const rest = nameStart + nameLength;
  open(
    state,
    process,
    fd,
    directoryOf(process, name, directory),
    name,
    data.getUint32(rest, true),
    data.getUint32(rest + 8, true),
    uint64At(data, rest + 12),
  );
  return true;
}

function openAt(state: State, view: EventView, deviceIndex: number): void {
  const fd = resultOf(view);
  const { process } = state.context;
  if (process === undefined || fd < 0) return;
  let name = hasValue(view, 2) ? readText(view, 2) : NOT_AVAILABLE;
  let flags = readUint32(view, 3);
  let directoryEvent = view;
  let directoryIndex = 1;
  const enterEvent = enterEventOf(process, view);
  if (enterEvent !== undefined) {
    const enterName = readText(enterEvent, 1);
    if (enterName !== NOT_AVAILABLE) {
      name = enterName;
      flags = readUint32(enterEvent, 2) | (flags & ADDED_FLAGS);
      directoryEvent = enterEvent;
      directoryIndex = 0;
    }
  }
  const hasDirectory = hasValue(directoryEvent, directoryIndex);
  const directory = hasDirectory
    ? directoryOf(process, name, readInt64Number(directoryEvent, directoryIndex))
    : '';
  const device = hasValue(view, deviceIndex + 1) ? readUint32(view, deviceIndex) : 0;
  open(state, process, fd, directory, name, flags, device, readUint64(view, deviceIndex + 1));
}

function layerOfCreat(view: EventView): number {
  if (!hasValue(view, 3) || !hasValue(view, 4)) return 0;
  const layer = readUint16(view, 5);
  if ((layer & CREAT_UPPER_LAYER) !== 0) return OpenFlag.isUpperLayer;
  return (layer & CREAT_LOWER_LAYER) !== 0 ? OpenFlag.isLowerLayer : 0;
}

function open(
  state: State,
  process: Process,
  fd: number,
  directory: string,
  name: string,
  flags: number,
  device: number,
  inode: number | bigint,
): void {
  const isDirectory = (flags & OpenFlag.directory) !== 0;
  const descriptor = createDescriptor(isDirectory ? DescriptorType.directory : DescriptorType.fileV2);
  descriptor.openFlags = flags;
  descriptor.device = device;
  descriptor.inode = inode;
  descriptor.rawName = name;
  descriptor.name = concatenatePaths(directory, name);
  if ((flags & OpenFlag.isUpperLayer) !== 0) descriptor.flags |= DescriptorFlag.isOverlayUpper;
  if ((flags & OpenFlag.isLowerLayer) !== 0) descriptor.flags |= DescriptorFlag.isOverlayLower;
  openDescriptor(state, process, fd, descriptor);
}
