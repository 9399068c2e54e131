import { type ContainerRuntime, findSockets, openRuntime, USUAL_SOCKETS } from '@seawall/kube';

type RuntimeOf = (containerId: string) => Promise<ContainerRuntime | undefined>;

/** Gives access to this machine's container runtimes for as long as `work` takes. */
export async function withRuntimes<Result>(work: (runtimeOf: RuntimeOf) => Promise<Result>): Promise<Result> {
  const runtimes = findSockets(USUAL_SOCKETS).map((address) => openRuntime(address));
  try {
    return await work(async (containerId) => {
      const answers = await Promise.allSettled(runtimes.map((runtime) => runtime.find(containerId)));
      // One that doesn't answer can't act either; another may have the container.
      const having = runtimes.filter((_, index) => {
        const answer = answers[index]!;
        return answer.status === 'fulfilled' && answer.value !== undefined;
      });
      return having.toSorted((left, right) => right.actions.size - left.actions.size)[0];
    });
  } finally {
    for (const runtime of runtimes) runtime.close();
  }
}
