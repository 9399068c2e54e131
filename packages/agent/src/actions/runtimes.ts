import {
  type ContainerRuntime,
  findSockets,
  openRuntime,
  type RuntimeAddress,
  USUAL_SOCKETS,
} from '@seawall/kube';

/** The container runtimes of this node, asked when an action needs one. */
export interface Runtimes {
  /** The runtime that has the container; of several, one that can do the most. Undefined where none has it or answers. */
  runtimeOf(containerId: string): Promise<ContainerRuntime | undefined>;
  close(): void;
}

/** @param addresses where to look; those that are not there yet are looked for again with each question. */
export function createRuntimes(addresses: readonly RuntimeAddress[] = USUAL_SOCKETS): Runtimes {
  const open = new Map<string, ContainerRuntime>();
  const runtimes = (): readonly ContainerRuntime[] =>
    findSockets(addresses).map((address) => {
      const key = `${address.kind} ${address.socket}`;
      let runtime = open.get(key);
      if (runtime === undefined) {
        runtime = openRuntime(address);
        open.set(key, runtime);
      }
      return runtime;
    });
  return {
    async runtimeOf(containerId) {
      const answers = await Promise.allSettled(
        runtimes().map(async (runtime) =>
          (await runtime.find(containerId)) === undefined ? undefined : runtime,
        ),
      );
      // One that doesn't answer can't act either; whether another has the container is what counts.
      const having = answers.flatMap((answer) =>
        answer.status === 'fulfilled' && answer.value !== undefined ? [answer.value] : [],
      );
      return having.toSorted((left, right) => right.actions.size - left.actions.size)[0];
    },
    close() {
      for (const runtime of open.values()) runtime.close();
      open.clear();
    },
  };
}
