import { commonFilter, type KernelFilter } from './kernel-filter.ts';

/** What is to be seen, beyond processes being made and ending. */
export interface Wanted {
  /** Event types. */
  readonly types: Iterable<number>;
  /** Calls without an event type of their own, by name. */
  readonly genericCalls?: Iterable<string>;
  /** What of it the kernel is to leave out; absent: nothing. */
  readonly filter?: KernelFilter;
}

/** All that one or the other asks for: for the time in which one takes over from the other. */
export function eitherWanted(left: Wanted, right: Wanted): Wanted {
  const filter = commonFilter(left.filter, right.filter);
  return {
    types: new Set([...left.types, ...right.types]),
    genericCalls: new Set([...(left.genericCalls ?? []), ...(right.genericCalls ?? [])]),
    ...(filter && { filter }),
  };
}
