import { EVENT_TYPE_COUNT, eventTypeOfSymbol, eventTypes } from '@seawall/events';
import { cloneHandlers } from './clone.ts';
import { closeHandlers, duplicateHandlers } from './close.ts';
import { connectHandlers } from './connect.ts';
import { credentialHandlers } from './credentials.ts';
import { directoryHandlers } from './directory.ts';
import { enterEventHandlers } from './enter-event.ts';
import { execHandlers } from './exec.ts';
import { exitHandlers } from './exit.ts';
import { limitHandlers, memoryHandlers } from './limits.ts';
import { metadataHandlers } from './metadata.ts';
import { openHandlers } from './open.ts';
import { plainHandlers } from './open-plain.ts';
import { socketHandlers } from './socket.ts';
import type { Handler } from './state.ts';
import { transferHandlers } from './transfer.ts';

/** What happens before the handler of an event runs, one bit each, by type id. */
export const Behaviour = {
  /** The event belongs to no thread's work: its thread is looked at, nothing more. */
  detached: 1,
  /** An unknown thread stays unknown: it is just being made, or has just ended. */
  inventsNoThread: 2,
  usesDescriptor: 4,
  /** A switch between threads: no sign of life in itself. */
  isSwitch: 8,
  /** Kept for the event that ends the call: the tables read it, rules never see it. */
  isHidden: 16,
  /** Where a capture begins with such events they belong to its tables: rules don't see them there. */
  isInitialState: 32,
} as const;

/** The handler of each event type, by its id. */
export const handlers: readonly (Handler | undefined)[] = indexById({
  ...enterEventHandlers,
  ...execHandlers,
  ...cloneHandlers,
  ...exitHandlers,
  ...openHandlers,
  ...plainHandlers,
  ...closeHandlers,
  ...duplicateHandlers,
  ...socketHandlers,
  ...connectHandlers,
  ...transferHandlers,
  ...directoryHandlers,
  ...credentialHandlers,
  ...limitHandlers,
  ...memoryHandlers,
  ...metadataHandlers,
});

const METADATA = [
  'CONTAINER_JSON_2_E',
  'USER_ADDED_E',
  'USER_DELETED_E',
  'GROUP_ADDED_E',
  'GROUP_DELETED_E',
  'PLUGINEVENT_E',
  'ASYNCEVENT_E',
];
const SWITCH = 'SCHEDSWITCH_6_E';
const INITIAL_STATE = [
  'CONTAINER_JSON_2_E',
  'USER_ADDED_E',
  'USER_DELETED_E',
  'GROUP_ADDED_E',
  'GROUP_DELETED_E',
  'ASYNCEVENT_E',
];
/** Enter events whose arguments the exit event is held against, or completed with (libsinsp's sinsp_evt_filter). */
const HIDDEN = [
  'SYSCALL_OPEN_E',
  'SYSCALL_OPENAT_2_E',
  'SYSCALL_OPENAT2_E',
  'SYSCALL_CREAT_E',
  'SOCKET_CONNECT_E',
  'SYSCALL_EXECVE_19_E',
  'SYSCALL_EXECVEAT_E',
];
const NO_INVENTION = [
  'SYSCALL_CLONE_20_X',
  'SYSCALL_CLONE3_X',
  'SYSCALL_FORK_20_X',
  'SYSCALL_VFORK_20_X',
  'PROCEXIT_1_E',
  SWITCH,
];

export const behaviours: Uint8Array = Uint8Array.from(eventTypes, ({ symbol, flags }) => {
  const name = symbol.replace('PPME_', '');
  let behaviour = 0;
  if (flags.has('skipparsereset') || METADATA.includes(name)) behaviour |= Behaviour.detached;
  if (NO_INVENTION.includes(name)) behaviour |= Behaviour.inventsNoThread;
  if (flags.has('uses_fd')) behaviour |= Behaviour.usesDescriptor;
  if (name === SWITCH) behaviour |= Behaviour.isSwitch;
  if (HIDDEN.includes(name)) behaviour |= Behaviour.isHidden;
  if (INITIAL_STATE.includes(name)) behaviour |= Behaviour.isInitialState;
  return behaviour;
});

/**
 * Which parameter holds the descriptor that the event uses, by type id; -1 none. It is the first one of that type
 * behind the result, but for splice, where libscap takes the descriptor that is written to.
 */
export const descriptorParameters: Int8Array = Int8Array.from(
  eventTypes,
  ({ symbol, isEnter, parameters }) => {
    if (symbol === 'PPME_SYSCALL_SPLICE_E') return 1;
    if (symbol === 'PPME_SYSCALL_SPLICE_X') return 2;
    return parameters.findIndex(({ type, index }) => type === 'fd' && (isEnter || index > 0));
  },
);

function indexById(bySymbol: Readonly<Record<string, Handler>>): readonly (Handler | undefined)[] {
  const byId = new Array<Handler | undefined>(EVENT_TYPE_COUNT).fill(undefined);
  for (const [symbol, handler] of Object.entries(bySymbol)) byId[eventTypeOfSymbol(symbol).id] = handler;
  return byId;
}
