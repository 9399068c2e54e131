/**
 * Runs what leaves daemons, containers or mounts behind when it ends halfway: all that was noted to be cleaned up is,
 * latest first, whatever else fails, also when SIGINT or SIGTERM asks for the end.
 * @param use told by the signal when it is to end; it looks between two steps.
 * @throws what `use` throws, else the first that cleaning up does.
 */
export async function withCleanUp<Result>(
  use: (cleanUp: (step: () => Promise<void> | void) => void, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const steps: (() => Promise<void> | void)[] = [];
  const ending = new AbortController();
  const end = (signal: NodeJS.Signals): void => ending.abort(new Error(`ended by ${signal}`));
  process.on('SIGINT', end).on('SIGTERM', end);
  const failures: unknown[] = [];
  let result: Result | undefined;
  try {
    result = await use((step) => steps.unshift(step), ending.signal);
  } catch (error) {
    failures.push(error);
  }
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      process.stderr.write(`cleaning up: ${error}\n`);
      failures.push(error);
    }
  }
  process.off('SIGINT', end).off('SIGTERM', end);
  if (failures.length > 0) throw failures[0];
  return result as Result;
}
