import { type Clock, reasonOf } from '@seawall/base';
import {
  createCourier,
  createNotifier,
  createSecrets,
  createSend,
  type NotificationChannel,
  type NotificationChannelSpec,
  type Notifier,
  type PolicySet,
  type ResolvedPolicy,
} from '@seawall/policies';
import type { Store } from '@seawall/store';
import type { Reloader } from '../reload/reloader.ts';
import { createCourierLog } from './courier-log.ts';
import type { AgentOptions } from './options.ts';

/** Who is told what, and how it gets there. */
export interface Notifications {
  /** Reads what earlier runs have told: before that nothing else is asked of it. @throws those of the store */
  begin(): Promise<void>;
  /** As a notifier does. */
  announce: Notifier['announce'];
  /** Messages leave from now on. */
  start(): void;
  /** To be called every few seconds: what is due by now. */
  tick(): void;
  /** Sends everything, trying again what fails, for so long; what is left then is told, and waits for the next run. */
  finish(withinMilliseconds: number): Promise<void>;
  /** Lets what is on its way arrive, so long. */
  stop(withinMilliseconds: number): Promise<void>;
}

export interface NotificationsOptions extends Pick<AgentOptions, 'environment' | 'log'> {
  readonly store: Store;
  readonly clock: Clock;
  /** Policies and channels as they are now. */
  readonly reloader: Pick<Reloader, 'current'>;
}

export function createNotifications(options: NotificationsOptions): Notifications {
  const { store, clock, environment, reloader, log } = options;
  const channels = (): readonly NotificationChannel[] =>
    // Loading has checked them by their schema.
    reloader.current.channels.map(({ name, spec }) => ({ name, spec: spec as NotificationChannelSpec }));
  let begun: Notifier | undefined;
  const secrets = createSecrets({ environment });
  const lineOf = createCourierLog(clock);
  const courier = createCourier({
    ...{ store, clock, channels },
    createSend: (channel) => createSend(channel, { secrets, clock, environment }),
    report(report) {
      const line = lineOf(report);
      if (line !== undefined) log(...line);
    },
  });
  let problem: string | undefined;
  return {
    async begin() {
      begun ??= await createNotifier({
        ...{ store, clock, channels },
        policy: (name) => policyNamed(reloader.current.policies, name),
        onMessages: () => courier.wake(),
      });
    },
    announce: (occurrences) => (begun as Notifier).announce(occurrences),
    start: courier.start,
    tick() {
      begun?.tick().then(
        () => {
          problem = undefined;
        },
        (error: unknown) => {
          const reason = reasonOf(error);
          // What lasts is not told every few seconds.
          if (reason !== problem) log('error', `notifications could not be decided: ${reason}`);
          problem = reason;
        },
      );
    },
    async finish(withinMilliseconds) {
      const left = await courier.finish(withinMilliseconds);
      if (left === 0) return;
      const what = left === 1 ? 'a message waits' : `${left} messages wait`;
      log('warning', `${what} in the outbox for the next run (seawall channels outbox shows them)`);
    },
    stop: courier.stop,
  };
}

/** A policy of a set by its name. */
export function policyNamed(set: PolicySet | undefined, name: string): ResolvedPolicy | undefined {
  return set?.policies.find((policy) => policy.name === name);
}
