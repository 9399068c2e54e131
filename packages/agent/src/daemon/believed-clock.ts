import type { Clock } from '@seawall/base';

const HOUR = 3_600_000;
/** A clock that is further off than this from where it should be has jumped, and was not merely set right. */
const JUMP = HOUR;
/** It is believed when it has stayed there for so long. */
const PROBATION = 24 * HOUR;

/**
 * The clock, but where it has jumped: then the time goes on from before, until it has been the new one for a day. What is
 * deleted by its age can not be brought back when the jump turns out to be a mistake.
 */
export function createBelievedClock(clock: Clock): Pick<Clock, 'now'> {
  const offsetNow = (): number => clock.now() - clock.monotonic();
  let believed = offsetNow();
  let jumped: { readonly to: number; readonly at: number } | undefined;
  return {
    now() {
      const offset = offsetNow();
      const monotonic = clock.monotonic();
      if (Math.abs(offset - believed) <= JUMP) {
        believed = offset;
        jumped = undefined;
      } else if (jumped === undefined || Math.abs(offset - jumped.to) > JUMP) {
        jumped = { to: offset, at: monotonic };
      } else if (monotonic - jumped.at >= PROBATION) {
        believed = offset;
        jumped = undefined;
      }
      return monotonic + believed;
    },
  };
}
