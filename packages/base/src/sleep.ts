import { startTimer } from './timer.ts';

/** Waits so many milliseconds, however many, at most until the signal; it never fails. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      timer.stop();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = startTimer(milliseconds, done);
    signal?.addEventListener('abort', done);
  });
}
