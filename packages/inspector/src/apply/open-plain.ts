import {
  type EventView,
  readInt64Number,
  readUint8,
  readUint16,
  readUint32,
  readUint64,
} from '@seawall/events';
import { createDescriptor } from '../descriptor/create.ts';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';
import { OpenFlag } from '../descriptor/flags.ts';
import { readText, resultOf } from './parameters.ts';
import { type Handlers, openDescriptor, type State } from './state.ts';

/** Descriptors that are made of nothing but a number: their type by the call, and where it has flags, their place. */
const PLAIN: Readonly<Record<string, readonly [type: number, readFlags?: (view: EventView) => number]>> = {
  SYSCALL_SIGNALFD_X: [DescriptorType.signal],
  SYSCALL_SIGNALFD4_X: [DescriptorType.signal, (view) => readUint16(view, 1)],
  SYSCALL_TIMERFD_CREATE_X: [DescriptorType.timer, (view) => readUint8(view, 2)],
  SYSCALL_INOTIFY_INIT_X: [DescriptorType.inotify],
  SYSCALL_INOTIFY_INIT1_X: [DescriptorType.inotify, (view) => readUint16(view, 1)],
  SYSCALL_BPF_2_X: [DescriptorType.bpf],
  SYSCALL_USERFAULTFD_X: [DescriptorType.userFault],
  SYSCALL_IO_URING_SETUP_X: [DescriptorType.ioUring],
  SYSCALL_EPOLL_CREATE_X: [DescriptorType.eventPoll],
  SYSCALL_EPOLL_CREATE1_X: [
    DescriptorType.eventPoll,
    (view) => ((readUint32(view, 1) & 1) !== 0 ? OpenFlag.closeOnExec : 0),
  ],
  SYSCALL_EVENTFD_X: [DescriptorType.event],
  SYSCALL_EVENTFD2_X: [DescriptorType.event, (view) => readUint16(view, 1)],
};

export const plainHandlers: Handlers = {
  ...Object.fromEntries(
    Object.entries(PLAIN).map(([symbol, [type, readFlags]]) => [
      symbol,
      (state: State, view: EventView) => openPlain(state, view, type, readFlags),
    ]),
  ),
  SYSCALL_PIPE_X: openPipe,
  SYSCALL_PIPE2_X: openPipe,
  SYSCALL_MEMFD_CREATE_X(state, view) {
    const { process } = state.context;
    const fd = resultOf(view);
    if (process === undefined || fd < 0) return;
    const descriptor = createDescriptor(DescriptorType.memfd);
    descriptor.name = readText(view, 1);
    descriptor.openFlags = readUint32(view, 2);
    openDescriptor(state, process, fd, descriptor);
  },
  SYSCALL_PIDFD_OPEN_X(state, view) {
    const { process } = state.context;
    const fd = resultOf(view);
    if (process === undefined || fd < 0) return;
    const descriptor = createDescriptor(DescriptorType.pidfd);
    descriptor.pid = readInt64Number(view, 1);
    descriptor.openFlags = readUint32(view, 2);
    descriptor.name = `/proc/${descriptor.pid}`;
    openDescriptor(state, process, fd, descriptor);
  },
};

function openPlain(
  state: State,
  view: EventView,
  type: number,
  readFlags: ((view: EventView) => number) | undefined,
): void {
  const { process } = state.context;
  const fd = resultOf(view);
  if (process === undefined || fd < 0) return;
  const descriptor = createDescriptor(type);
  if (readFlags !== undefined) descriptor.openFlags = readFlags(view);
  openDescriptor(state, process, fd, descriptor);
}

/** Both ends; pipe2 has flags. */
function openPipe(state: State, view: EventView): void {
  const { process } = state.context;
  if (process === undefined || resultOf(view) < 0) return;
  const inode = readUint64(view, 3);
  const flags = readUint32(view, 4);
  openDescriptor(state, process, readInt64Number(view, 1), pipeEnd(inode, flags));
  openDescriptor(state, process, readInt64Number(view, 2), pipeEnd(inode, flags));
}

export function pipeEnd(inode: number | bigint, flags: number): Descriptor {
  const descriptor = createDescriptor(DescriptorType.fifo);
  descriptor.inode = inode;
  descriptor.openFlags = flags;
  return descriptor;
}
