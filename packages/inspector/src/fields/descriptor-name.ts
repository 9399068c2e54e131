import { eventTypeOfSymbol, eventTypes, hasValue, readInt64Number, readString } from '@seawall/events';
import type { EventContext } from '../context.ts';
import { concatenatePaths } from '../process/path.ts';
import { resolvedArgument } from './argument-text.ts';
import { directoryPath } from './directory.ts';

const OPENAT = new Set([
  eventTypeOfSymbol('SYSCALL_OPENAT_2_X').id,
  eventTypeOfSymbol('SYSCALL_OPENAT2_X').id,
]);
const OPEN_BY_HANDLE = eventTypeOfSymbol('SYSCALL_OPEN_BY_HANDLE_AT_X').id;
const NAMED_BY_SECOND_PARAMETER = new Set(
  ['SYSCALL_OPEN_X', 'SYSCALL_CREAT_X', 'SOCKET_ACCEPT_5_X', 'SOCKET_ACCEPT4_6_X', 'SOCKET_CONNECT_X'].map(
    (symbol) => eventTypeOfSymbol(symbol).id,
  ),
);

/**
 * The name of the descriptor that a call would have made, for calls that failed: from their arguments.
 * '' for exit events of calls that name nothing, undefined for enter events and for lost arguments.
 */
export function descriptorNameFromEvent(context: EventContext, form: 'raw' | 'absolute'): string | undefined {
  const { view } = context;
  if (eventTypes[view.type]!.isEnter) return undefined;
  if (NAMED_BY_SECOND_PARAMETER.has(view.type)) return resolvedArgument(context, 1);
  if (OPENAT.has(view.type)) {
    if (!hasValue(view, 2)) return undefined;
    const name = readString(view, 2);
    if (form === 'raw') return name;
    if (!hasValue(view, 1)) return undefined;
    return concatenatePaths(directoryPath(context, name, readInt64Number(view, 1)), name);
  }
  if (view.type !== OPEN_BY_HANDLE) return '';
  return hasValue(view, 3) ? readString(view, 3) : '<NA>';
}
