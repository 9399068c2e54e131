import type { Severity } from './finding.ts';

/** A message on its way to a channel, kept until it has arrived or is given up. */
export interface NewOutboxEntry {
  /** The channel's name. */
  readonly channel: string;
  /** Receivers drop what they have seen under the same key; entries of one key, event and channel are one message, stored once. */
  readonly deduplicationKey: string;
  /** What happened to the group: PagerDuty's three, and a summary of many. */
  readonly event: 'trigger' | 'acknowledge' | 'resolve' | 'digest' | 'test';
  /** The group's key; undefined for digests and tests. */
  readonly group: string | undefined;
  /** How bad it is what it is about: the worst leaves first. */
  readonly severity: Severity;
  /** What the channel makes its message of (JSON). Holds no secret. */
  readonly payload: unknown;
  /** Not before: nanoseconds since the epoch. */
  readonly due: bigint;
}

export interface OutboxEntry extends NewOutboxEntry {
  readonly id: number;
  readonly state: 'waiting' | 'delivered' | 'dead';
  readonly attempts: number;
  /** Of the last attempt. */
  readonly lastError: string | undefined;
  readonly created: bigint;
  readonly delivered: bigint | undefined;
}
