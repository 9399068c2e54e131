import type { NotificationChannelSpec } from '../channel/channel.ts';
import { millisecondsOf } from '../channel/duration.ts';
import { LONGEST_WAIT } from '../channel/http-send.ts';

/** Clocks are set back a little all the time: milliseconds. */
export const CLOCK_SPREAD = 60_000;

/** Not even with luck is a message sent again sooner. */
const SHORTEST = 100;

/** The longest that a channel as a whole is left alone after failures: when it works again, what waits shall not wait longer. */
const LONGEST_PAUSE = 30_000;

/**
 * How long until a message is sent again: anything up to a bound that doubles with each attempt ("full jitter"), so that
 * many that failed together don't come back together.
 * @param attempts those that failed. @param random from 0 to 1. @returns milliseconds
 */
export function retryDelay(
  attempts: number,
  { first, longest }: NotificationChannelSpec['retry'],
  random: number,
): number {
  const bound = Math.min(millisecondsOf(longest), millisecondsOf(first) * 2 ** Math.min(attempts, 40));
  return Math.max(SHORTEST, Math.floor(random * bound));
}

/** However it failed, a message is sent again within so many milliseconds. */
export function longestDelay({ longest }: NotificationChannelSpec['retry']): number {
  return Math.max(LONGEST_WAIT, millisecondsOf(longest));
}

/** How long a channel is left alone after so many failures in a row, milliseconds: one message tries it then. */
export function channelPause(failures: number, random: number): number {
  return Math.max(SHORTEST, Math.floor(random * Math.min(LONGEST_PAUSE, 1000 * 2 ** Math.min(failures, 10))));
}

/** However old a message is, it is tried so often: one that is sent again after days, or after the clock was set forward. */
const LEAST_ATTEMPTS = 5;

/** Why a message is not tried again; undefined while it is. @param age milliseconds @param attempts with the last one */
export function givenUp(
  attempts: number,
  age: number,
  { attempts: most, maximumAge }: NotificationChannelSpec['retry'],
): string | undefined {
  if (attempts >= most) return `given up after ${attempts} attempts`;
  return attempts >= LEAST_ATTEMPTS && age >= millisecondsOf(maximumAge)
    ? `given up after ${maximumAge} and ${attempts} attempts`
    : undefined;
}
