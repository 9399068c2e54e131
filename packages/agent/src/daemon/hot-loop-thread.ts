import { Worker } from 'node:worker_threads';
import { reasonOf } from '@seawall/base';
import { errors } from '../errors.ts';
import type { FromHotLoop, HotLoopStart, NumberedTexts, ToHotLoop } from '../hot-loop/messages.ts';

/** The hot loop in its thread, as the main thread sees it. */
export interface HotLoopThread {
  post(message: ToHotLoop): void;
  /** Settles when it goes on with these. @throws agent/HOT_LOOP_FAILED where it doesn't */
  replace(texts: NumberedTexts): Promise<void>;
  /** Settles when the source has ended or was stopped. @throws agent/HOT_LOOP_FAILED */
  readonly ended: Promise<void>;
  /** Milliseconds since anything was heard of it, by the monotonic clock. */
  silence(): number;
  /** Ends it without asking. */
  terminate(): Promise<void>;
}

export interface HotLoopThreadOptions {
  readonly start: HotLoopStart;
  /** Bytes: the thread ends when its heap grows beyond. */
  readonly heapBytes: number;
  onMessage(message: FromHotLoop): void;
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

const MEBIBYTE = 1024 * 1024;

export function startHotLoopThread({ start, heapBytes, onMessage }: HotLoopThreadOptions): HotLoopThread {
  const worker = new Worker(new URL(import.meta.resolve('../hot-loop/worker.ts')), {
    workerData: start,
    resourceLimits: { maxOldGenerationSizeMb: Math.ceil(heapBytes / MEBIBYTE), maxYoungGenerationSizeMb: 16 },
  });
  const waiting = new Map<number, Waiting>();
  let heardAt = performance.now();
  let hasEnded = false;

  const ended = new Promise<void>((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => {
      hasEnded = true;
      const error = errors.create('HOT_LOOP_FAILED', { reason }, cause);
      refuseWaiting(error);
      reject(error);
    };
    worker.on('message', (message: FromHotLoop) => {
      heardAt = performance.now();
      if (message.kind === 'replaced') settle(message.generation)?.resolve();
      else if (message.kind === 'not-replaced') {
        settle(message.generation)?.reject(errors.create('HOT_LOOP_FAILED', { reason: message.reason }));
      } else if (message.kind === 'failed') {
        fail(message.message, Object.assign(new Error(message.message), { stack: message.stack }));
      } else if (message.kind === 'ended') {
        hasEnded = true;
        refuseWaiting(over());
        resolve();
      }
      onMessage(message);
    });
    worker.on('error', (error) => fail(reasonOf(error), error));
    worker.on('exit', (code) => {
      if (!hasEnded) fail(`its thread ended with code ${code}`);
    });
  });

  function refuseWaiting(error: Error): void {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  function settle(generation: number): Waiting | undefined {
    const waiter = waiting.get(generation);
    waiting.delete(generation);
    return waiter;
  }

  return {
    post: (message) => worker.postMessage(message),
    replace: (texts) =>
      new Promise((resolve, reject) => {
        if (hasEnded) {
          reject(over());
          return;
        }
        waiting.set(texts.generation, { resolve, reject });
        worker.postMessage({ kind: 'replace', texts } satisfies ToHotLoop);
      }),
    ended,
    silence: () => performance.now() - heardAt,
    async terminate() {
      hasEnded = true;
      refuseWaiting(over());
      await worker.terminate();
    },
  };
}

function over(): Error {
  return errors.create('HOT_LOOP_FAILED', { reason: 'there are no more events to look at' });
}
