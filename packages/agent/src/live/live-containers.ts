import {
  createMetadataService,
  type MetadataOptions,
  type MetadataService,
  type RuntimeStatus,
} from '@seawall/kube';
import { type ContainerNotice, lookedUpNotice, noticeOf } from './container-events.ts';

export type LiveContainersOptions = Omit<MetadataOptions, 'onUpdate'>;

/** What becomes known of containers while a machine is watched, as events to put among the kernel's. */
export interface LiveContainers {
  /** Connects to the runtimes; settles when those that are there have told their containers, or took too long. */
  start(): Promise<void>;
  /** Somebody came upon a container without a description. @param id its first twelve characters. */
  lookUp(id: string): void;
  /** The oldest notice that nobody took yet. */
  take(): ContainerNotice | undefined;
  /** Called with the next notice, once: the last to ask is told. */
  onNotice(wake: () => void): void;
  runtimes(): readonly RuntimeStatus[];
  close(): Promise<void>;
}

/**
 * Notices that wait to be taken at most: then the older half is lost, as a runtime that says so much is not well. Their
 * containers stay without a description until something more happens to them.
 */
const MAXIMUM_NOTICES = 65_536;

/** @param createService who finds out, so that tests can say when what becomes known. */
export function createLiveContainers(
  options: LiveContainersOptions = {},
  createService: (
    options: MetadataOptions,
  ) => Pick<MetadataService, 'start' | 'lookUp' | 'status' | 'close'> = createMetadataService,
): LiveContainers {
  let notices: ContainerNotice[] = [lookedUpNotice];
  let next = 0;
  let wake: (() => void) | undefined;
  const service = createService({
    ...options,
    onUpdate(update) {
      notices.push(noticeOf(update));
      if (notices.length - next > MAXIMUM_NOTICES) {
        notices = notices.slice(next + MAXIMUM_NOTICES / 2);
        next = 0;
      }
      wake?.();
      wake = undefined;
    },
  });
  return {
    start: service.start,
    lookUp: service.lookUp,
    take() {
      const notice = notices[next];
      if (notice === undefined) return undefined;
      next += 1;
      if (next === notices.length) {
        notices = [];
        next = 0;
      }
      return notice;
    },
    onNotice(tell) {
      wake = tell;
    },
    runtimes: service.status,
    close: service.close,
  };
}
