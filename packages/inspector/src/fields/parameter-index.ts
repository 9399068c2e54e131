import { eventTypes } from '@seawall/events';
import { fieldErrors } from './errors.ts';

const known = new Map<string, Int8Array>();

/**
 * Where each event type has the parameter of that name, by type id; -1 where it has none.
 * @throws FIELD_UNKNOWN_EVENT_ARGUMENT when no type has it.
 */
export function parameterIndices(field: string, name: string): Int8Array {
  const found = known.get(name);
  if (found !== undefined) return found;
  const indices = Int8Array.from(eventTypes, ({ parameters }) =>
    parameters.findIndex((parameter) => parameter.name === name),
  );
  if (indices.every((index) => index === -1))
    throw fieldErrors.create('FIELD_UNKNOWN_EVENT_ARGUMENT', { field, argument: name });
  known.set(name, indices);
  return indices;
}
