import { type EventBatch, encodeEvent } from '@seawall/events';
import {
  CONTAINER_ADDED,
  CONTAINER_MISSING,
  CONTAINER_REMOVED,
  CONTAINERS_LOOKED_UP,
  containerJson,
  createContainerInfo,
} from '@seawall/inspector';
import type { MetadataUpdate } from '@seawall/kube';
import { containerInfoOf } from '../containers.ts';

/** Names of asynchronous events with their text, a byte string. */
export interface ContainerNotice {
  readonly name: string;
  readonly text: string;
}

/** Says that containers are looked up from here on: whoever replays it waits for their descriptions as it was done live. */
export const lookedUpNotice: ContainerNotice = { name: CONTAINERS_LOOKED_UP, text: '{}' };

/** What became known of a container, as an event of a capture. */
export function noticeOf(update: MetadataUpdate): ContainerNotice {
  switch (update.kind) {
    case 'described':
      // No rule reads a container's environment, but recordings are passed on, and it is where secrets stand.
      return {
        name: CONTAINER_ADDED,
        text: containerJson({ ...containerInfoOf(update.record), environment: [] }),
      };
    case 'missing':
      return { name: CONTAINER_MISSING, text: containerJson(createContainerInfo(update.id)) };
    case 'removed':
      return { name: CONTAINER_REMOVED, text: containerJson(createContainerInfo(update.id)) };
  }
}

/** Threads of such events: none. */
const NO_THREAD = -1;
/** Events with this id are of no plugin: of the source of system calls. */
const NO_PLUGIN = 0;
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/**
 * A notice as a batch of one event.
 * @param milliseconds when, since the epoch. @param number of the event, from 1.
 */
export function encodeNotice(
  { name, text }: ContainerNotice,
  milliseconds: number,
  number: number,
): EventBatch {
  const time = BigInt(Math.trunc(milliseconds)) * NANOSECONDS_PER_MILLISECOND;
  const values = { plugin_id: NO_PLUGIN, name, data: `${text}\0` };
  return encodeEvent('ASYNCEVENT_E', values, { tid: NO_THREAD, time, number });
}
