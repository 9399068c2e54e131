import type { FindingState, Severity } from '@seawall/store';
import { z } from 'zod';

/** Everything that the notifier keeps in the store begins so. */
export const MEMORY_PREFIX = 'notifier/';

const states = ['open', 'acknowledged', 'resolved'] as const satisfies readonly FindingState[];
const severities = ['high', 'medium', 'low', 'info'] as const satisfies readonly Severity[];

const told = z.object({
  /** When it was told last, or put to what waits: milliseconds since the epoch. */
  at: z.number(),
  /** The group's occurrences then. */
  count: z.number(),
  /** Whether it had a message about this group alone: those are told of decisions. */
  hasMessage: z.boolean(),
});

/** What a channel knows of a group. */
export type Told = Readonly<z.infer<typeof told>>;

const groupMemory = z.object({
  id: z.number(),
  policy: z.string(),
  /** As channels know it. */
  state: z.enum(states),
  /** Whether there are occurrences that some channel was not told of. */
  isWaiting: z.boolean(),
  channels: z.record(z.string(), told),
});

/** What the notifier knows of a group of findings. */
export type GroupMemory = Readonly<z.infer<typeof groupMemory>>;

const heldItem = z.object({
  id: z.number(),
  key: z.string(),
  severity: z.enum(severities),
  kind: z.enum(['finding', 'reopened', 'summary']),
  /** Occurrences that had been told, and when. */
  fromCount: z.number(),
  since: z.number(),
});

/** A message that a channel is owed: about this group, unless it becomes part of a digest. */
export type HeldItem = Readonly<z.infer<typeof heldItem>>;

const held = z.object({
  reason: z.enum(['rate limit', 'quiet hours']),
  since: z.number(),
  release: z.number(),
  items: z.array(heldItem),
  /** Groups beyond those listed. */
  furtherGroups: z.number(),
});

export type Held = Readonly<z.infer<typeof held>>;

const channelMemory = z.object({
  /** Messages that may leave at once, and when that was so. */
  tokens: z.number(),
  filledAt: z.number(),
  held: held.optional(),
});

/** What the notifier knows of a channel. */
export type ChannelMemory = Readonly<z.infer<typeof channelMemory>>;

const pending = z.object({
  keys: z.array(z.string()),
  /** Times of the occurrences: nanoseconds since the epoch, as text. */
  from: z.string(),
  to: z.string(),
});

/** Groups whose occurrences are stored, but about which nothing was decided yet. */
export type Pending = Readonly<z.infer<typeof pending>>;

export interface NotifierMemory {
  readonly groups: Map<string, GroupMemory>;
  readonly channels: Map<string, ChannelMemory>;
  readonly pending: Map<string, Pending>;
}

export const memoryKeys = {
  group: (key: string) => `${MEMORY_PREFIX}group/${key}`,
  channel: (name: string) => `${MEMORY_PREFIX}channel/${name}`,
  pending: (name: string) => `${MEMORY_PREFIX}pending/${name}`,
};

/**
 * Reads what the store has kept. An entry that makes no sense (damaged, or of another version) is as good as none: the
 * group counts as never told, which tells it once too often rather than never.
 */
export function readMemory(entries: ReadonlyMap<string, string>): NotifierMemory {
  const memory: NotifierMemory = { groups: new Map(), channels: new Map(), pending: new Map() };
  for (const [key, text] of entries) {
    const [, part, name] = /^notifier\/(group|channel|pending)\/(.*)$/s.exec(key) ?? [];
    if (part === 'group') keep(memory.groups, name!, groupMemory, text);
    else if (part === 'channel') keep(memory.channels, name!, channelMemory, text);
    else if (part === 'pending') keep(memory.pending, name!, pending, text);
  }
  return memory;
}

function keep<Value>(into: Map<string, Value>, name: string, schema: z.ZodType<Value>, text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return;
  }
  const result = schema.safeParse(value);
  if (result.success) into.set(name, result.data);
}
