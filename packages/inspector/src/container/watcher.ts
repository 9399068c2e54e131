/**
 * Somebody who is told how much is known of containers. Called while an event is applied, between two events, or while the tables are
 * seeded; ids are as in `ContainerInfo`.
 */
export interface ContainerWatcher {
  /** A thread is in a container that nobody has described; told each time that one is found to be. */
  onUnknown(id: string): void;
  /** From now on the container is described, or described anew. */
  onDescribed(id: string): void;
  /** No runtime knows the container: there will be no description. */
  onMissing(id: string): void;
  /** Whoever makes these events looks containers up, and tells of each one that a thread is found in. */
  onLookedUp(): void;
}

/** Names of the asynchronous events by which Falco's container plugin announces and removes containers. */
export const CONTAINER_ADDED = 'container';
export const CONTAINER_REMOVED = 'container_removed';

/** Seawall's own besides, which Falco ignores: no runtime knows that container; and, once at the start, `onLookedUp`. */
export const CONTAINER_MISSING = 'seawall_container_missing';
export const CONTAINERS_LOOKED_UP = 'seawall_containers_looked_up';
