import type { Place } from './policy.ts';

/** A NotificationChannel's envelope; what its spec may hold is the business of channels. */
export interface ChannelObject {
  readonly name: string;
  readonly place: Place;
  /** As checked by the schema that loading was given; as written where it was given none. */
  readonly spec: unknown;
}
