import type { NotificationChannelSpec } from '../channel/channel.ts';
import { millisecondsOf } from '../channel/duration.ts';
import { quietUntil } from '../channel/quiet-hours.ts';
import { isAtLeast } from '../channel/routing.ts';
import { CLOCK_SPREAD } from './backoff.ts';
import type { ChannelMemory, Held, HeldItem } from './memory.ts';

/** Groups that a digest can tell apart; of more it tells how many. */
const MOST_HELD = 100;

/** No release lies further ahead, whatever the clock did. */
const FARTHEST_RELEASE = 8 * 86_400_000;

/** Where a message goes: on its way, or to those that wait for the next digest. */
export interface Placing {
  readonly isSent: boolean;
  readonly memory: ChannelMemory;
}

type Limits = Pick<NotificationChannelSpec, 'rateLimit' | 'quietHours' | 'digestEvery'>;

/** Lets a message through, or holds it back: in quiet hours, and when the channel had too many. */
export function placeItem(
  item: HeldItem,
  limits: Limits,
  before: ChannelMemory | undefined,
  now: number,
): Placing {
  const memory = refill(before, limits, now);
  const quiet = quietUntil(limits.quietHours ?? [], item.severity, now);
  if (quiet > now) return { isSent: false, memory: hold(memory, item, 'quiet hours', quiet, now) };
  const { held, tokens } = memory;
  // What is high doesn't wait because others do, but where something high waits already, that comes first.
  const isBehind =
    held?.reason === 'rate limit' &&
    (item.severity !== 'high' || held.items.some(({ severity }) => severity === 'high'));
  if (!isBehind && tokens >= 1 + keptFrom(item, limits)) {
    return { isSent: true, memory: { ...memory, tokens: memory.tokens - 1 } };
  }
  const release = now + millisecondsOf(limits.digestEvery);
  return { isSent: false, memory: hold(memory, item, 'rate limit', release, now) };
}

/** What a channel held back and may have now: each alone where the limit allows that, else all as one digest. */
export interface Release {
  readonly held: Held;
  readonly isDigest: boolean;
  readonly memory: ChannelMemory;
}

/** The same of a channel of which nobody knows any more how much it may have. */
export function releaseOrphaned(before: ChannelMemory, now: number): Release | undefined {
  const { held, ...memory } = before;
  return held !== undefined && isDue(held, now) ? { held, isDigest: true, memory } : undefined;
}

/** What was held back in the future was so before the clock was set back: the release is of that time, too. */
function isDue({ since, release }: Held, now: number): boolean {
  return now >= release || release - now >= FARTHEST_RELEASE || since - now > CLOCK_SPREAD;
}

/** @returns undefined while nothing is due. */
export function releaseHeld(before: ChannelMemory, limits: Limits, now: number): Release | undefined {
  const { held } = before;
  if (held === undefined || !isDue(held, now)) return undefined;
  // Gathered in a flood, and meanwhile quiet hours began.
  const spans = limits.quietHours ?? [];
  const isQuiet = held.items.every(({ severity }) => quietUntil(spans, severity, now) > now);
  if (isQuiet && now - held.since < FARTHEST_RELEASE) return undefined;
  const { held: _, ...rest } = refill(before, limits, now);
  const kept = Math.max(...held.items.map((item) => keptFrom(item, limits)));
  const isDigest = held.furtherGroups > 0 || held.items.length > Math.floor(rest.tokens) - kept;
  const used = isDigest ? 1 : held.items.length;
  return { held, isDigest, memory: { ...rest, tokens: Math.max(0, rest.tokens - used) } };
}

/** Messages of the limit that are kept from an item: a quarter is for what is high, which would wait behind a crowd. */
function keptFrom({ severity }: HeldItem, { rateLimit: { messages } }: Limits): number {
  return severity === 'high' ? 0 : Math.min(messages - 1, Math.ceil(messages / 4));
}

function refill(before: ChannelMemory | undefined, { rateLimit }: Limits, now: number): ChannelMemory {
  const { messages, per } = rateLimit;
  if (before === undefined) return { tokens: messages, filledAt: now };
  const elapsed = Math.max(0, now - before.filledAt);
  const tokens = Math.min(messages, before.tokens + (elapsed * messages) / millisecondsOf(per));
  return { ...before, tokens, filledAt: now };
}

function hold(
  memory: ChannelMemory,
  item: HeldItem,
  reason: Held['reason'],
  release: number,
  now: number,
): ChannelMemory {
  const { held } = memory;
  if (held === undefined) {
    return { ...memory, held: { reason, since: now, release, items: [item], furtherGroups: 0 } };
  }
  // What is known of a group that waits already is older, and so tells more: from then on are its occurrences new.
  if (held.items.some(({ key }) => key === item.key)) return memory;
  if (held.items.length < MOST_HELD) return { ...memory, held: { ...held, items: [...held.items, item] } };
  const items = withoutLowest([...held.items, item]);
  return { ...memory, held: { ...held, items, furtherGroups: held.furtherGroups + 1 } };
}

/** Of those of the lowest severity the newest is only counted: a crowd does not hide what is worse. */
function withoutLowest(items: readonly HeldItem[]): HeldItem[] {
  const lowest = items.reduce(
    (low, { severity }) => (isAtLeast(severity, low) ? low : severity),
    items[0].severity,
  );
  const index = items.findLastIndex(({ severity }) => severity === lowest);
  return items.toSpliced(index, 1);
}
