import {
  type EventView,
  hasValue,
  readInt64Number,
  readUint16,
  readUint32,
  readUint64,
} from '@seawall/events';
import { createDescriptor } from '../descriptor/create.ts';
import { DescriptorType } from '../descriptor/descriptor.ts';
import { DescriptorFlag, OpenFlag } from '../descriptor/flags.ts';
import { concatenatePaths } from '../process/path.ts';
import type { Process } from '../process/process.ts';
import { directoryOf, workingDirectory } from './directory.ts';
import { enterEventOf } from './enter-event.ts';
import { NOT_AVAILABLE, readText, resultOf } from './parameters.ts';
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
    open(state, process, fd, {
      directory: workingDirectory(process),
      name: isEnterBetter ? enterName : readText(view, 1),
      flags: isEnterBetter ? readUint32(enterEvent!, 1) | (flags & ADDED_FLAGS) : flags,
      device: readUint32(view, 4),
      inode: hasValue(view, 4) ? readUint64(view, 5) : 0,
    });
  },
  SYSCALL_CREAT_X(state, view) {
    const fd = resultOf(view);
    const { process } = state.context;
    if (process === undefined || fd < 0) return;
    const enterEvent = enterEventOf(process, view);
    const enterName = enterEvent && readText(enterEvent, 0);
    const isEnterBetter = enterName !== undefined && enterName !== NOT_AVAILABLE;
    open(state, process, fd, {
      directory: workingDirectory(process),
      name: isEnterBetter ? enterName : readText(view, 1),
      flags: layerOfCreat(view),
      device: readUint32(view, 3),
      inode: hasValue(view, 3) ? readUint64(view, 4) : 0,
    });
  },
  SYSCALL_OPENAT_2_X: (state, view) => openAt(state, view, 5),
  SYSCALL_OPENAT2_X: (state, view) => openAt(state, view, 6),
  SYSCALL_OPEN_BY_HANDLE_AT_X(state, view) {
    const fd = resultOf(view);
    const { process } = state.context;
    if (process === undefined || fd < 0) return;
    // The probe resolves the handle: the path is absolute.
    open(state, process, fd, {
      directory: '',
      name: readText(view, 3),
      flags: readUint32(view, 2),
      device: readUint32(view, 4),
      inode: readUint64(view, 5),
    });
  },
};

interface Opened {
  readonly directory: string;
  readonly name: string;
  readonly flags: number;
  readonly device: number;
  readonly inode: number | bigint;
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
  open(state, process, fd, {
    directory: hasDirectory
      ? directoryOf(process, name, readInt64Number(directoryEvent, directoryIndex))
      : '',
    name,
    flags,
    device: hasValue(view, deviceIndex + 1) ? readUint32(view, deviceIndex) : 0,
    inode: readUint64(view, deviceIndex + 1),
  });
}

function layerOfCreat(view: EventView): number {
  if (!hasValue(view, 3) || !hasValue(view, 4)) return 0;
  const layer = readUint16(view, 5);
  if ((layer & CREAT_UPPER_LAYER) !== 0) return OpenFlag.isUpperLayer;
  return (layer & CREAT_LOWER_LAYER) !== 0 ? OpenFlag.isLowerLayer : 0;
}

function open(state: State, process: Process, fd: number, opened: Opened): void {
  const { flags, name } = opened;
  const isDirectory = (flags & OpenFlag.directory) !== 0;
  const descriptor = createDescriptor(isDirectory ? DescriptorType.directory : DescriptorType.fileV2);
  descriptor.openFlags = flags;
  descriptor.device = opened.device;
  descriptor.inode = opened.inode;
  descriptor.rawName = name;
  descriptor.name = concatenatePaths(opened.directory, name);
  if ((flags & OpenFlag.isUpperLayer) !== 0) descriptor.flags |= DescriptorFlag.isOverlayUpper;
  if ((flags & OpenFlag.isLowerLayer) !== 0) descriptor.flags |= DescriptorFlag.isOverlayLower;
  openDescriptor(state, process, fd, descriptor);
}
