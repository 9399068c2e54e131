import type { NewOutboxEntry } from '@seawall/store';
import type { Notice } from './notice.ts';

/** A message as a channel is asked to send it. */
export interface OutgoingMessage {
  readonly event: NewOutboxEntry['event'];
  /** The same whenever the message is sent again: receivers drop what they have seen. */
  readonly deduplicationKey: string;
  readonly notice: Notice;
}

/** How sending a message once ended. */
export type Attempt =
  | { readonly kind: 'delivered' }
  /** It may work later; not before that many milliseconds have passed, where the receiver said so. */
  | { readonly kind: 'retry'; readonly error: string; readonly afterMilliseconds?: number }
  /** It will not get better by itself. */
  | { readonly kind: 'rejected'; readonly error: string };

/** Sends messages of one channel. Never fails otherwise than by what it returns; ends soon after the signal. */
export type Send = (message: OutgoingMessage, signal: AbortSignal) => Promise<Attempt>;
