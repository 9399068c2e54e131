import { isSeawallError, sleep } from '@seawall/base';
import type { RuntimeAddress } from '../runtime/open.ts';
import type { ContainerRuntime, RuntimeEvent, RuntimeVersion } from '../runtime/runtime.ts';

/** What became of a runtime's socket. */
export interface RuntimeStatus extends RuntimeAddress {
  /**
   * `absent`: something else is at the socket, which does not speak this interface (a containerd without CRI).
   * `failing`: it is tried again and again. `missing`: it was named, and there is no socket.
   */
  readonly state: 'connecting' | 'connected' | 'failing' | 'absent' | 'missing';
  /** Of a runtime that is connected, or was. */
  readonly version: RuntimeVersion | undefined;
  /** Why it fails. */
  readonly reason: string | undefined;
}

/** One runtime, kept in touch with. */
export interface Connection {
  readonly runtime: ContainerRuntime;
  readonly status: RuntimeStatus;
  /** Settles when it was tried for the first time, and has told all its containers if it was there. */
  readonly firstTry: Promise<void>;
  /** Somebody had no answer: it is not asked again before it has shown a sign of life. */
  noteFailure(error: unknown): void;
  close(): Promise<void>;
}

export interface ConnectionTiming {
  /** Milliseconds between two tries: of the first two, and at most. */
  readonly firstPause: number;
  readonly longestPause: number;
  /** Milliseconds between two lists of a runtime that tells no events. */
  readonly listInterval: number;
}

export interface ConnectionOptions {
  readonly timing: ConnectionTiming;
  /** All containers there are, each time after connecting (and now and then where there are no events). */
  onList(ids: readonly string[]): Promise<void>;
  onEvent(event: RuntimeEvent): void;
  /** What came of a try to reach it, and of a connection that ended. */
  onState?(status: RuntimeStatus): void;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Connects to a runtime and stays connected until closed: tells its containers, then what comes and goes. */
export function keepConnected(runtime: ContainerRuntime, options: ConnectionOptions): Connection {
  const { timing } = options;
  const controller = new AbortController();
  const { signal } = controller;
  const status: Writable<RuntimeStatus> = {
    kind: runtime.kind,
    socket: runtime.socket,
    state: 'connecting',
    version: undefined,
    reason: undefined,
  };
  const firstTry = Promise.withResolvers<void>();
  let pause = timing.firstPause;
  /** Ends the connection at hand. */
  let disconnect = (): void => undefined;

  function noteFailure(error: unknown): void {
    status.state = isSeawallError(error, 'kube/RUNTIME_UNSUPPORTED') ? 'absent' : 'failing';
    status.reason = (error as Error).message;
    options.onState?.({ ...status });
  }

  async function connectOnce(): Promise<void> {
    const ending = new AbortController();
    const stop = (): void => ending.abort();
    signal.addEventListener('abort', stop);
    disconnect = stop;
    try {
      status.version = await runtime.version();
      // Before the list, so that nothing falls between the two.
      const listening = listen(ending.signal);
      // Should the list fail first, that is what is told.
      listening.catch(() => undefined);
      await options.onList((await runtime.list()).map(({ id }) => id));
      status.state = 'connected';
      status.reason = undefined;
      pause = timing.firstPause;
      options.onState?.({ ...status });
      firstTry.resolve();
      await listening;
    } finally {
      ending.abort();
      signal.removeEventListener('abort', stop);
    }
  }

  async function listen(until: AbortSignal): Promise<void> {
    try {
      for await (const event of runtime.events(until)) options.onEvent(event);
    } catch (error) {
      if (!isSeawallError(error, 'kube/RUNTIME_UNSUPPORTED')) throw error;
      while (!until.aborted) {
        await sleep(timing.listInterval, until);
        if (!until.aborted) await options.onList((await runtime.list()).map(({ id }) => id));
      }
    }
  }

  async function keep(): Promise<void> {
    while (!signal.aborted) {
      try {
        await connectOnce();
        // The stream of events ended as if there were nothing more to tell: the runtime is being restarted.
        if (!signal.aborted && status.state === 'connected') {
          status.state = 'connecting';
          options.onState?.({ ...status });
        }
      } catch (error) {
        if (signal.aborted) break;
        noteFailure(error);
      }
      firstTry.resolve();
      await sleep(pause * (0.75 + Math.random() / 2), signal);
      pause = Math.min(timing.longestPause, pause * 2);
    }
    firstTry.resolve();
  }

  const kept = keep();
  return {
    runtime,
    status,
    firstTry: firstTry.promise,
    noteFailure(error) {
      noteFailure(error);
      disconnect();
    },
    async close() {
      controller.abort();
      await kept;
      runtime.close();
    },
  };
}
