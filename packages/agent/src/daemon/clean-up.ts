/** What has to be undone at the end, or should a later step of the start fail: last first. */
export interface CleanUp {
  add(close: () => Promise<unknown> | unknown): void;
  /** Undoes everything, whatever throws. Asked for again, it answers the same. */
  run(): Promise<void>;
}

/** @param onError told of each step that threw. */
export function createCleanUp(onError: (error: unknown) => void): CleanUp {
  const steps: (() => Promise<unknown> | unknown)[] = [];
  let running: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    for (const close of steps.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        onError(error);
      }
    }
  }

  return {
    add: (close) => steps.push(close),
    run() {
      running ??= runAll();
      return running;
    },
  };
}
