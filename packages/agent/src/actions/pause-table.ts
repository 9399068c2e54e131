import { reasonOf } from '@seawall/base';
import { createAutoUnpause, type UndoOptions, undoAction } from '@seawall/policies';
import type { ActionRecord, Store } from '@seawall/store';
import type { PauseNotes } from './pause-notes.ts';

/** Every container that is paused, whether the store knows of it or not, until it goes on: each pause ends at its time. */
export interface PauseTable {
  /** A pause whose finding is on its way to the store; other actions are ignored. */
  addFound(record: ActionRecord): void;
  /** A pause of an earlier run that the store has; other actions are ignored. */
  addStored(record: ActionRecord): void;
  /** A pause whose finding is on its way, as it is to be stored with it. */
  found(key: string): ActionRecord | undefined;
  /** The finding of a pause is stored: whoever asks brings it to its end from now on. Undefined where there is none. */
  handOver(key: string): Promise<ActionRecord | undefined>;
  /** Puts into the store how a pause was brought to its end; it may have ended meanwhile. @throws those of the store */
  keep(record: ActionRecord): Promise<void>;
  /** Pauses that earlier runs wrote down and nobody stored, whether there is a store or not. */
  takeUp(): void;
  /** Puts these into the store. @throws those of the store */
  storeTakenUp(): Promise<void>;
  /** Stored pauses stay: the next start takes them up. What no store knows of ends now. */
  close(): Promise<void>;
}

export interface PauseTableOptions {
  readonly store: Pick<Store, 'commit' | 'action'>;
  readonly undo: Omit<UndoOptions, 'actor'>;
  readonly notes: Pick<PauseNotes, 'remove' | 'read'>;
  /** Nanoseconds since the epoch. */
  now(): bigint;
  /** Something could not be undone, written down or read: for the log. */
  onError(message: string): void;
}

interface Pause {
  record: ActionRecord;
  /** Of those that are `found` no store knows; what became of those that are `followed` it is still to be told. */
  state: 'found' | 'followed' | 'stored';
  /** It is being ended. */
  ending: Promise<void> | undefined;
}

const AT_ITS_TIME = 'seawall, since its time was over';
const AT_THE_END = 'seawall, since it ended';

export function createPauseTable({ store, undo, notes, now, onError }: PauseTableOptions): PauseTable {
  const table = new Map<string, Pause>();
  /** Of earlier runs, not stored yet. */
  const takenUp = new Set<string>();
  const timers = createAutoUnpause({ unpause: (key) => end(key, AT_ITS_TIME), onError: tell, now });

  function tell(key: string, error: unknown): void {
    onError(`the pause ${key} could not be ended: ${reasonOf(error)}`);
  }

  function add(record: ActionRecord, state: Pause['state']): void {
    if (!isUnderWay(record) || table.has(record.key)) return;
    table.set(record.key, { record, state, ending: undefined });
    timers.add(record);
  }

  function remove(key: string): void {
    table.delete(key);
    timers.remove(key);
  }

  async function end(key: string, actor: string): Promise<void> {
    const pause = table.get(key);
    if (pause === undefined) return;
    pause.ending ??= endNow(pause, actor).finally(() => {
      pause.ending = undefined;
    });
    await pause.ending;
  }

  async function endNow(pause: Pause, actor: string): Promise<void> {
    const { key } = pause.record;
    if (pause.record.undone === undefined) {
      // A person may have been faster. Where the store doesn't answer, the container goes on all the same.
      const isStored = pause.state === 'stored';
      const known = isStored ? await store.action(key).catch(() => undefined) : undefined;
      if (known?.undone !== undefined) {
        remove(key);
        return;
      }
      pause.record = await undoAction(known ?? pause.record, { ...undo, actor });
      forget(key);
    }
    // Should that fail, it is all that is tried again.
    if (pause.state === 'stored') await put(pause);
  }

  /** It may end while it is being written. */
  async function put(pause: Pause): Promise<void> {
    let written: ActionRecord;
    do {
      written = pause.record;
      await store.commit({ actions: [written] });
    } while (pause.record !== written);
    pause.state = 'stored';
    forget(written.key);
    if (written.undone !== undefined) remove(written.key);
  }

  function forget(key: string): void {
    try {
      notes.remove(key);
    } catch (error) {
      onError(`what was noted of the pause ${key} could not be taken off: ${reasonOf(error)}`);
    }
  }

  return {
    addFound: (record) => add(record, 'found'),
    addStored: (record) => add(record, 'stored'),
    found(key) {
      const pause = table.get(key);
      return pause?.state === 'found' ? pause.record : undefined;
    },
    async handOver(key) {
      const pause = table.get(key);
      if (pause?.state !== 'found') return undefined;
      pause.state = 'followed';
      // Its time may be over just now: whoever paused it again would do so after its end.
      await pause.ending?.catch(() => undefined);
      remove(key);
      return pause.record;
    },
    async keep(record) {
      add(record, 'followed');
      const pause = table.get(record.key);
      if (pause !== undefined) {
        await put(pause);
        return;
      }
      await store.commit({ actions: [record] });
      forget(record.key);
    },
    takeUp() {
      try {
        const { records, damaged } = notes.read();
        for (const record of records) {
          takenUp.add(record.key);
          add({ ...record, detail: `${record.detail}; the agent ended before it was stored` }, 'found');
        }
        if (damaged === 0) return;
        const what = damaged === 1 ? 'a note of a pause' : `${damaged} notes of pauses`;
        onError(`${what} can not be read: a container may stay paused until somebody lets it go on`);
      } catch (error) {
        onError(`pauses that the last run may have left can not be read: ${reasonOf(error)}`);
      }
    },
    async storeTakenUp() {
      for (const key of takenUp) {
        const known = await store.action(key);
        const pause = table.get(key);
        if (pause !== undefined) {
          if (known === undefined || known.result === 'pending' || pause.record.undone !== undefined) {
            // A person may have been faster.
            if (known?.undone === undefined) await put(pause);
            else remove(key);
          } else if (isUnderWay(known)) pause.state = 'stored';
          else remove(key);
        }
        takenUp.delete(key);
        forget(key);
      }
    },
    async close() {
      timers.close();
      const found = [...table].filter(([, { state }]) => state === 'found');
      await Promise.all(
        found.map(([key]) => end(key, AT_THE_END).catch((error: unknown) => tell(key, error))),
      );
    },
  };
}

/** Whether it is a pause that was done and not undone. */
function isUnderWay({ result, undo, undone }: ActionRecord): boolean {
  const isPause = (undo as { readonly kind?: unknown } | undefined | null)?.kind === 'unpause';
  return isPause && result === 'done' && undone === undefined;
}
