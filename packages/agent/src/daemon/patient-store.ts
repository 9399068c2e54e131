import { isSeawallError, reasonOf } from '@seawall/base';
import type { Store } from '@seawall/store';
import { isSystemError } from './system-error.ts';

/** A store that may not be open yet: an agent looks at events and acts without it, and findings wait for it. */
export interface PatientStore {
  /** Everything asked of it fails with the reason why it isn't open, as long as it isn't. */
  readonly store: Store;
  /** Why it isn't ready; undefined where it is. */
  failure(): string | undefined;
  /** @throws why it isn't ready */
  requireReady(): void;
  /** Calls when it is ready: at once where it is. */
  whenReady(work: () => void): void;
  /** Opens it, now or as soon as that works. @throws what opening and preparing it throw, where that doesn't pass */
  open(): Promise<void>;
  /** Closes it where it is open, and doesn't try any more. */
  close(): Promise<void>;
}

export interface PatientStoreOptions {
  /** Opens it. @throws those of opening a store */
  open(): Store;
  /** What has to be read from it before it counts as ready; after a failure it is done again from the start. */
  prepare(store: Store): Promise<void>;
  /** Whether to go on without it when it fails for a reason that passes; else the error is thrown. */
  readonly isPatient: boolean;
  /** Told when it can't be opened, for each reason once, and when it could. */
  onFailure(reason: string | undefined): void;
  /** Milliseconds until it is tried again. */
  readonly retryAfter?: number;
}

const RETRY_AFTER = 5000;
/** Reasons that pass by themselves, or when somebody makes room: not those that somebody has to configure away. */
const PASSING = ['store/FULL', 'store/LOCKED', 'store/INPUT_OUTPUT'];
const PASSING_OF_THE_SYSTEM = ['ENOSPC', 'EDQUOT', 'EIO'];

export function createPatientStore(options: PatientStoreOptions): PatientStore {
  const { open, prepare, isPatient, onFailure, retryAfter = RETRY_AFTER } = options;
  let opened: Store | undefined;
  let problem: unknown = new Error('the store was not opened yet');
  let isReady = false;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const waiting: (() => void)[] = [];

  /** Answers every question by the store where there is one, else by why there is none. */
  const store = new Proxy({} as Store, {
    get: (_, name: keyof Store) =>
      opened === undefined
        ? async () => {
            throw problem;
          }
        : opened[name],
  });

  async function attempt(): Promise<void> {
    opened ??= open();
    await prepare(store);
    isReady = true;
  }

  async function tryAgain(): Promise<void> {
    try {
      await attempt();
    } catch (error) {
      note(error);
      return;
    }
    onFailure(undefined);
    for (const work of waiting.splice(0)) work();
  }

  function note(error: unknown): void {
    if (isClosed) return;
    if (reasonOf(problem) !== reasonOf(error)) onFailure(reasonOf(error));
    problem = error;
    timer = setTimeout(() => void tryAgain(), retryAfter);
    timer.unref();
  }

  return {
    store,
    async open() {
      try {
        await attempt();
      } catch (error) {
        if (!isPatient || !isPassing(error)) throw error;
        note(error);
      }
    },
    failure: () => (isReady ? undefined : reasonOf(problem)),
    requireReady() {
      if (!isReady) throw problem;
    },
    whenReady(work) {
      if (isReady) work();
      else waiting.push(work);
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await opened?.close();
    },
  };
}

function isPassing(error: unknown): boolean {
  return (
    PASSING.some((code) => isSeawallError(error, code)) ||
    PASSING_OF_THE_SYSTEM.some((code) => isSystemError(error, code))
  );
}
