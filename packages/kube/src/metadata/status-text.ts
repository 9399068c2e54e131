import type { RuntimeAddress } from '../runtime/open.ts';
import type { RuntimeStatus } from './connection.ts';

/**
 * What was found, for people: one line for all runtimes that are connected, one for each that fails. Without any, one
 * clear line that says so.
 * @param named the runtimes that somebody chose; undefined: they were looked for at the usual places.
 */
export function runtimesText(
  statuses: readonly RuntimeStatus[],
  named?: readonly RuntimeAddress[],
): readonly string[] {
  const connected = statuses.filter(({ state }) => state === 'connected');
  // At the usual places it is usual that one of them doesn't speak the interface; one that was chosen should.
  const told = ['failing', 'connecting', 'missing', ...(named === undefined ? [] : ['absent'])];
  const failing = statuses.filter(({ state }) => told.includes(state));
  const lines = failing.map(
    ({ kind, socket, reason }) =>
      `container metadata through ${kind}: ${reason ?? `no answer yet at ${socket}`}`,
  );
  if (connected.length > 0) {
    const names = connected.map(({ kind, socket, version }) => {
      const name = version?.name ?? kind;
      const way = name === kind ? '' : `${kind} of `;
      return `${way}${name} ${version?.version ?? ''} (${socket})`;
    });
    return [`container metadata from ${names.join(', ')}`, ...lines];
  }
  if (lines.length > 0) return lines;
  if (named?.length === 0)
    return ['container metadata: no container runtime is asked; containers are known by their id alone'];
  return [
    'container metadata: no container runtime was found at the usual sockets of containerd, CRI-O, Docker and Podman; containers are known by their id alone',
  ];
}
