import type { EventView, MachineInfo } from '@seawall/events';
import type { ContainerInfo } from './container/container.ts';
import type { Descriptor } from './descriptor/descriptor.ts';
import type { Process } from './process/process.ts';

/**
 * What an extractor sees of one event: the view, and what the tables say about it. One object, reused for
 * every event; the inspector fills it in `apply` before any rule is evaluated.
 */
export interface EventContext {
  readonly view: EventView;
  /** The thread that the event belongs to; undefined where the tables don't know it (and could not invent it). */
  process: Process | undefined;
  /**
   * The number of the descriptor that the event is about (Falco's `fd.num`), -1 when about none; undefined where
   * the thread is unknown. It can be set where `descriptor` isn't: for one that the tables don't know.
   */
  descriptorNumber: number | undefined;
  /** The descriptor that the event uses or makes (libsinsp's fdinfo of the event). */
  descriptor: Descriptor | undefined;
  /** The name that the descriptor had before this event changed it. */
  descriptorOldName: string | undefined;
  /** The container that the event announces or removes; for all other events the thread's. */
  container: ContainerInfo | undefined;
  /** When the first event happened that isn't a metaevent, in nanoseconds since the epoch; 0n before it. */
  firstEventTimestamp: bigint;
  readonly tables: Tables;
}

/** Everything that extractors may look up beyond the event's own thread. Read only, for them. */
export interface Tables {
  process(tid: number): Process | undefined;
  /** The thread whose id is `parentTid`; not its leader. */
  parent(process: Process): Process | undefined;
  /** The leader of the thread's group: the process itself in the usual sense. */
  leader(process: Process): Process | undefined;
  childCount(process: Process): number;
  threadCount(process: Process): number;
  /** Names of users and groups are those of the thread's container; undefined where it has no such id. */
  userName(process: Process, uid: number): string | undefined;
  userHomeDirectory(process: Process, uid: number): string | undefined;
  userShell(process: Process, uid: number): string | undefined;
  groupName(process: Process, gid: number): string | undefined;
  readonly machine: MachineInfo | undefined;
  container(id: string): ContainerInfo | undefined;
  /** Whether the address (4 or 16 bytes) is one of the thread's container's or of the machine's interfaces. */
  isLocalAddress(process: Process, address: Uint8Array): boolean;
  interfaceNameOf(address: Uint8Array): string | undefined;
}
