import { errors } from '../errors.ts';

/**
 * Picks the container that the beginning of an id stands for.
 * @param found containers whose ids begin so, perhaps among others.
 * @throws kube/CONTAINER_AMBIGUOUS
 */
export function oneContainer<Found extends { readonly id: string }>(
  found: readonly Found[],
  id: string,
  socket: string,
): Found | undefined {
  const candidates = found.filter((candidate) => candidate.id.startsWith(id));
  if (candidates.length <= 1) return candidates[0];
  const exact = candidates.find((candidate) => candidate.id === id);
  if (exact === undefined) throw errors.create('CONTAINER_AMBIGUOUS', { id, socket });
  return exact;
}
