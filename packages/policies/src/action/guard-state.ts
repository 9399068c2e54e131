import { type Clock, systemClock } from '@seawall/base';
import { defaultEtcdNamespaces } from './etcd-member.ts';
import type { QuorumVerdict } from './etcd-quorum.ts';
import type { GuardState, NeverTouch, OwnIdentity } from './guards.ts';
import { createNeverTouchTest, defaultNeverTouch } from './never-touch.ts';

export interface GuardOptions {
  readonly own: OwnIdentity;
  /** `defaultNeverTouch` where left out. */
  readonly neverTouch?: NeverTouch;
  /** Where left out, nothing is known of any etcd cluster, so its members are not acted on. */
  readonly quorum?: () => QuorumVerdict;
  /** `defaultEtcdNamespaces` where left out. */
  readonly etcdNamespaces?: readonly string[];
  readonly clock?: Clock;
  /** What `takeChanges` gave in earlier runs (the store's memory with the prefix `guard/`). */
  readonly memory?: ReadonlyMap<string, string>;
}

/** Keys of what is remembered begin so. */
export const GUARD_MEMORY_PREFIX = 'guard/';
const RATE = `${GUARD_MEMORY_PREFIX}rate/`;
const COOL = `${GUARD_MEMORY_PREFIX}cool/`;

/** So many targets cool down at once before those that are done are looked for. */
const TIDY_AT = 1024;

interface CoolDown {
  readonly until: number;
  readonly length: number;
}

/** @returns the state of the guard rails: owned by whoever decides about actions, changed by deciding alone. */
export function createGuardState(options: GuardOptions): GuardState {
  const { own, clock = systemClock, neverTouch = defaultNeverTouch, memory = new Map() } = options;
  const turns = new Map<string, number[]>();
  const coolDowns = new Map<string, CoolDown>();
  const changed = new Set<string>();
  restore(memory, turns, coolDowns);

  const forget = (target: string): void => {
    coolDowns.delete(target);
    changed.add(COOL + target);
  };
  // A clock that was set back would keep a target cool for longer than it was told to: then it counts as over.
  const isOver = ({ until, length }: CoolDown, now: number): boolean => until <= now || until - now > length;
  const textOf = (key: string): string | undefined => {
    const value = key.startsWith(RATE)
      ? turns.get(key.slice(RATE.length))
      : coolDowns.get(key.slice(COOL.length));
    return value && JSON.stringify(value);
  };
  return {
    own,
    neverTouch: createNeverTouchTest(own, neverTouch),
    etcdNamespaces: options.etcdNamespaces ?? defaultEtcdNamespaces,
    quorum:
      options.quorum ??
      (() => ({ kind: 'unknown', reason: 'no etcd endpoints are configured to ask about its health' })),
    now: () => clock.now(),
    takeTurn(policy, { count, perMilliseconds }) {
      const now = clock.now();
      const times = (turns.get(policy) ?? []).filter((time) => time <= now && now - time < perMilliseconds);
      const isAllowed = times.length < count;
      if (isAllowed) {
        times.push(now);
        changed.add(RATE + policy);
      }
      turns.set(policy, times);
      return isAllowed
        ? { isAllowed }
        : { isAllowed, freeAt: times[times.length - count]! + perMilliseconds };
    },
    coolsUntil(target) {
      const coolDown = coolDowns.get(target);
      if (coolDown === undefined) return undefined;
      if (!isOver(coolDown, clock.now())) return coolDown.until;
      forget(target);
      return undefined;
    },
    startCoolDown(target, length) {
      const now = clock.now();
      if (coolDowns.size >= TIDY_AT) {
        for (const [each, coolDown] of coolDowns) if (isOver(coolDown, now)) forget(each);
      }
      coolDowns.set(target, { until: now + length, length });
      changed.add(COOL + target);
    },
    takeChanges() {
      const taken = new Map<string, string | undefined>();
      for (const key of changed) taken.set(key, textOf(key));
      changed.clear();
      return taken;
    },
  };
}

function restore(
  memory: ReadonlyMap<string, string>,
  turns: Map<string, number[]>,
  coolDowns: Map<string, CoolDown>,
): void {
  for (const [key, text] of memory) {
    if (key.startsWith(RATE)) turns.set(key.slice(RATE.length), JSON.parse(text) as number[]);
    else if (key.startsWith(COOL)) coolDowns.set(key.slice(COOL.length), JSON.parse(text) as CoolDown);
  }
}
