import { ancestryVersion } from '../process/changed.ts';
import type { Process } from '../process/process.ts';
import { isConnected } from './create.ts';
import { type Descriptor, DescriptorType, type DescriptorVerdicts } from './descriptor.ts';
import { isTcp } from './socket.ts';

/** Kinds of transfers over a descriptor that may tell what is not known of it yet: one bit each. */
export const Learning = { withoutTuple: 1, withTuple: 2 } as const;

/* Copies for the hot path: see `apply/quiet.ts`. */
const NO_TYPE = -1;
const { ipv4Socket: IPV4_SOCKET, ipv6Socket: IPV6_SOCKET } = DescriptorType;

/** The same object as before while nothing that the descriptor shows has changed: `forgetVerdicts` is told of that. */
export function verdictsOn(descriptor: Descriptor): DescriptorVerdicts {
  return descriptor.verdicts ?? decide(descriptor);
}

/** Whether `noteClosed` was told so of the thread, and nothing has changed since that it would rest on. */
export function isClosed(verdicts: DescriptorVerdicts, process: Process, type: number): boolean {
  return (verdicts.closedType === type || verdicts.closedTypeBefore === type) && isAsNoted(verdicts, process);
}

/** Notes that rules want no events of that type about the descriptor from the thread. */
export function noteClosed(verdicts: DescriptorVerdicts, process: Process, type: number): void {
  const isKnown = isAsNoted(verdicts, process);
  verdicts.closedTypeBefore = isKnown ? verdicts.closedType : NO_TYPE;
  verdicts.closedType = type;
  if (isKnown) return;
  verdicts.closedTo = process;
  verdicts.closedGeneration = process.generation;
  verdicts.closedAncestry = ancestryVersion();
}

function isAsNoted(verdicts: DescriptorVerdicts, process: Process): boolean {
  return (
    verdicts.closedTo === process &&
    verdicts.closedGeneration === process.generation &&
    verdicts.closedAncestry === ancestryVersion()
  );
}

/** To be called with every event that may have changed the descriptor. */
export function forgetVerdicts(descriptor: Descriptor): void {
  if (descriptor.verdicts !== undefined) descriptor.verdicts = undefined;
}

function decide(descriptor: Descriptor): DescriptorVerdicts {
  // A change of its name counts as that of the event at which it is looked up next: this is that look.
  descriptor.oldName = descriptor.name;
  const verdicts = {
    learnsFrom:
      (learns(descriptor, false) ? Learning.withoutTuple : 0) |
      (learns(descriptor, true) ? Learning.withTuple : 0),
    closed: undefined,
    closedBefore: undefined,
    closedTo: undefined,
    closedGeneration: 0,
    closedAncestry: 0,
    closedType: NO_TYPE,
    closedTypeBefore: NO_TYPE,
  };
  descriptor.verdicts = verdicts;
  return verdicts;
}

/** Whether a transfer over the descriptor may tell anything that is not known yet (see `apply/transfer.ts`). */
function learns(descriptor: Descriptor, hasTuple: boolean): boolean {
  const { type } = descriptor;
  if (type !== IPV4_SOCKET && type !== IPV6_SOCKET) return hasTuple;
  return !isConnected(descriptor) || (hasTuple && (descriptor.name === '' || !isTcp(descriptor)));
}
