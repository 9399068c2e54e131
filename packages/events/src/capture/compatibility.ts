import { EVENT_TYPE_COUNT, eventTypeOfSymbol } from '../table/event-type.ts';

/** A reader that a capture is written for. */
export type Compatibility = 'sysdig-0.41';

/**
 * What a reader knows of today's event table: types from `typeCount` on are unknown to it, and of some types it
 * knows fewer parameters than there are.
 */
export interface KnownTable {
  readonly typeCount: number;
  readonly parameterCounts: ReadonlyMap<number, number>;
}

const today: KnownTable = { typeCount: EVENT_TYPE_COUNT, parameterCounts: new Map() };

/**
 * sysdig 0.41 is built upon libs 0.23.2. Compared with today its table ends before the types of kernel iterators,
 * `close_range` and `keyctl`, and lacks the last parameter of two. Enter events that its parsers still look at (open,
 * openat, openat2, creat, execve, execveat, connect) are kept by today's table too, and today's exit events tell all that
 * it would take from others: none has to be made up.
 */
const sysdig041: KnownTable = {
  typeCount: eventTypeOfSymbol('ITER_TASK_E').id,
  parameterCounts: new Map([
    [eventTypeOfSymbol('SOCKET_SOCKET_X').id, 4],
    [eventTypeOfSymbol('SYSCALL_FCNTL_X').id, 3],
  ]),
};

export function knownTableOf(compatibility: Compatibility | undefined): KnownTable {
  return compatibility === 'sysdig-0.41' ? sysdig041 : today;
}
