import type { EventView } from '@seawall/events';
import type { ContainerInfo } from '../container/container.ts';
import type { ContainerTable } from '../container/table.ts';
import type { ContainerWatcher } from '../container/watcher.ts';
import type { EventContext } from '../context.ts';
import type { Descriptor } from '../descriptor/descriptor.ts';
import type { Interfaces } from '../descriptor/interfaces.ts';
import type { DescriptorTable } from '../descriptor/table.ts';
import { forgetVerdicts } from '../descriptor/verdicts.ts';
import type { RecentExits } from '../process/exits.ts';
import type { Process } from '../process/process.ts';
import type { ProcessTable } from '../process/table.ts';
import type { OwnTables } from '../tables.ts';
import type { UserTable } from '../user/table.ts';

/** Everything that the handlers of events keep: the tables, the event at hand, and what waits for its end. */
export interface State {
  readonly context: EventContext;
  readonly processes: ProcessTable;
  readonly users: UserTable;
  readonly containers: ContainerTable;
  readonly interfaces: Interfaces;
  readonly exits: RecentExits;
  readonly pending: Pending;
  /** Whether threads are assigned to containers at all. */
  readonly identifiesContainers: boolean;
  readonly containerWatcher: ContainerWatcher | undefined;
  /** What the context shows of the tables; the machine is known once a capture told of it. */
  readonly tables: OwnTables;
  /** The container that the event at hand announces or removes. */
  announced: ContainerInfo | undefined;
  /** Whether rules must not see the asynchronous event at hand; of other events it says nothing. */
  isForTablesAlone: boolean;
  /** Events from the capture's metadata that described no container. */
  unreadableContainers: number;
}

/** What is done once the event was evaluated. */
export interface Pending {
  isAny: boolean;
  /** The thread that exited; -1 none. */
  exitedTid: number;
  exitTime: bigint;
  /** The table whose descriptor closed; undefined none. */
  closedIn: DescriptorTable | undefined;
  closedDescriptor: number;
}

/** Brings the tables up to one kind of event. */
export type Handler = (state: State, view: EventView) => void;

/** Handlers by the symbols of their event types, without the prefix `PPME_`. */
export type Handlers = Readonly<Record<string, Handler>>;

export function createPending(): Pending {
  return { isAny: false, exitedTid: -1, exitTime: 0n, closedIn: undefined, closedDescriptor: -1 };
}

/** Opens a descriptor of the event's thread: it becomes the one that the event is about. */
export function openDescriptor(state: State, process: Process, fd: number, descriptor: Descriptor): void {
  process.descriptors.set(fd, descriptor);
  process.bookkeeping.lastDescriptor = fd;
  state.context.descriptor = descriptor;
}

/** Looks a descriptor up as an event does: from here on a change of its name counts as the event's. */
export function lookUpDescriptor(process: Process, fd: number): Descriptor | undefined {
  if (fd < 0) return undefined;
  const descriptor = process.descriptors.get(fd);
  if (descriptor !== undefined && descriptor.oldName !== descriptor.name) {
    descriptor.oldName = descriptor.name;
    forgetVerdicts(descriptor);
  }
  return descriptor;
}
