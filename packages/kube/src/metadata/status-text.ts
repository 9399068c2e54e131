import type { RuntimeStatus } from './connection.ts';

/**
 * What was found, for people: one line for all runtimes that are connected, one for each that fails. Without any, one
 * clear line that says so.
 */
export function runtimesText(statuses: readonly RuntimeStatus[]): readonly string[] {
  const connected = statuses.filter(({ state }) => state === 'connected');
  const failing = statuses.filter(({ state }) => state === 'failing' || state === 'connecting');
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
  return [
    'container metadata: no container runtime was found at the usual sockets of containerd, CRI-O, Docker and Podman; containers are known by their id alone',
  ];
}
