import type { EventView, MachineInfo } from '@seawall/events';
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
  /** The number of the descriptor that the event is about (Falco's `fd.num`); undefined when about none. */
  descriptorNumber: number | undefined;
  descriptor: Descriptor | undefined;
  /** The name that the descriptor had before this event changed it. */
  descriptorOldName: string | undefined;
  readonly tables: Tables;
}

/** Everything that extractors may look up beyond the event's own thread. Read only, for them. */
export interface Tables {
  process(tid: number): Process | undefined;
  parent(process: Process): Process | undefined;
  /** The leader of the thread's group: the process itself in the usual sense. */
  leader(process: Process): Process | undefined;
  childCount(process: Process): number;
  threadCount(process: Process): number;
  userName(process: Process, uid: number): string | undefined;
  userHomeDirectory(process: Process, uid: number): string | undefined;
  userShell(process: Process, uid: number): string | undefined;
  groupName(process: Process, gid: number): string | undefined;
  readonly machine: MachineInfo | undefined;
  interfaceNameOf(address: Uint8Array): string | undefined;
}
