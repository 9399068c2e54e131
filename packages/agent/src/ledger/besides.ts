import { type Activity, OTHER_ACTIVITY } from '@seawall/store/activity';
import type { Lost } from '../hot-loop/lost.ts';
import type { FindingsMessage } from '../hot-loop/messages.ts';
import { WAITING_PREFIX } from '../hot-loop/options.ts';

/** What comes with findings and is of none of them. */
export interface Besides {
  readonly activity: readonly Activity[];
  /** Times in which events were lost, oldest first. */
  readonly lost: readonly Lost[];
  readonly memory: FindingsMessage['memory'];
}

/**
 * Gathers it until it is stored, each thing once: while the store takes nothing it comes again and again, and would fill the
 * memory that findings need, and then be written for minutes while they wait.
 */
export interface BesidesGathering {
  readonly isEmpty: boolean;
  add(more: Besides): void;
  /** These notes are no longer needed: what was not stored of them need not be, what was is somebody else's to drop. */
  leaveOut(notes: readonly string[]): void;
  /** Takes all of it off. */
  take(): Besides;
  /** Puts back what was taken last: it is older than what came since. */
  putBack(taken: Besides): void;
}

/** Things that workloads did beyond which new ones are only counted, under the name that the store has for that. */
const MOST_ACTIVITIES = 20_000;
/** Times of loss that are told apart. */
const MOST_LOST = 1000;

export function createBesides(): BesidesGathering {
  let activity = new Map<string, Activity>();
  let lost: Lost[] = [];
  let memory = new Map<string, string | undefined>();

  function addActivity(more: Activity, hasRoom: boolean): void {
    const value = hasRoom || activity.has(nameOf(more)) ? more.value : OTHER_ACTIVITY;
    const named = { ...more, value };
    const name = nameOf(named);
    const known = activity.get(name);
    activity.set(name, known === undefined ? named : sumOf(known, named));
  }

  function add({ activity: activities, lost: times, memory: entries }: Besides): void {
    // Of one message all is told apart, however much it is.
    const hasRoom = activity.size < MOST_ACTIVITIES;
    for (const more of activities) addActivity(more, hasRoom);
    for (const more of times) {
      const last = lost.length < MOST_LOST ? undefined : lost.pop();
      lost.push(last === undefined ? more : spanOf(last, more));
    }
    for (const [key, value] of entries) {
      // A note is written once: what nobody has stored need not be dropped.
      const isTakenBack = value === undefined && key.startsWith(WAITING_PREFIX) && takeBack(key);
      if (!isTakenBack) memory.set(key, value);
    }
  }

  /** @returns whether it waited to be stored. */
  function takeBack(key: string): boolean {
    return memory.get(key) !== undefined && memory.delete(key);
  }

  function take(): Besides {
    const taken: Besides = { activity: [...activity.values()], lost, memory };
    activity = new Map();
    lost = [];
    memory = new Map();
    return taken;
  }

  return {
    get isEmpty() {
      return activity.size === 0 && lost.length === 0 && memory.size === 0;
    },
    add,
    leaveOut(notes) {
      for (const key of notes) takeBack(key);
    },
    take,
    putBack(taken) {
      const newer = take();
      add(taken);
      add(newer);
    },
  };
}

function nameOf({ workload, kind, value }: Activity): string {
  return `${workload}\n${kind}\n${value}`;
}

function sumOf(left: Activity, right: Activity): Activity {
  return {
    ...left,
    count: left.count + right.count,
    starts: left.starts + right.starts,
    first: earlierOf(left.first, right.first),
    last: laterOf(left.last, right.last),
  };
}

function spanOf(left: Lost, right: Lost): Lost {
  return {
    from: earlierOf(left.from, right.from),
    to: laterOf(left.to, right.to),
    events: left.events + right.events,
  };
}

function earlierOf(left: bigint, right: bigint): bigint {
  if (left < right) return left;
  return right;
}

function laterOf(left: bigint, right: bigint): bigint {
  if (left > right) return left;
  return right;
}
