import { reasonOf } from '@seawall/base';
import type { ActionDesk } from '../actions/action-desk.ts';
import type { PauseNotes } from '../actions/pause-notes.ts';
import type { AgentOptions } from './options.ts';

export interface NotedPausesOptions extends Pick<AgentOptions, 'log'> {
  readonly desk: Pick<ActionDesk, 'takeUpPauses'>;
  readonly notes: Pick<PauseNotes, 'prepare'>;
  /** Whether pauses may be added to those of earlier runs. */
  readonly isLive: boolean;
}

/**
 * What takes up the pauses that earlier runs left, and makes room for those of this one: once, however often it is asked. That is to
 * be when the store's lock is held, so that they are no other agent's.
 */
export function notedPauses({ desk, notes, isLive, log }: NotedPausesOptions): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    desk.takeUpPauses();
    if (!isLive) return;
    try {
      notes.prepare();
    } catch (error) {
      log('error', `pauses can not be noted before they are stored: ${reasonOf(error)}`);
    }
  };
}
