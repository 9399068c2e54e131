/** The longest delay that timers of JavaScript take, milliseconds; a longer one counts as none at all. */
const LONGEST_DELAY = 2_147_483_647;

export interface Timer {
  /** It calls nothing any more. */
  stop(): void;
}

/**
 * Calls `action` once, after so many milliseconds, however many: `setTimeout` calls at once from 25 days on.
 * @param isHolding whether the process goes on for it, as for `setTimeout`.
 */
export function startTimer(
  milliseconds: number,
  action: () => void,
  { isHolding = true }: { readonly isHolding?: boolean } = {},
): Timer {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (left: number): void => {
    timer =
      left > LONGEST_DELAY
        ? setTimeout(() => wait(left - LONGEST_DELAY), LONGEST_DELAY)
        : setTimeout(action, Math.max(0, left));
    // Timers of a browser are numbers, and hold nothing.
    if (!isHolding && typeof timer === 'object') timer.unref();
  };
  wait(milliseconds);
  return { stop: () => clearTimeout(timer) };
}

/** `AbortSignal.timeout` for however many milliseconds: that aborts at once from 25 days on, and refuses 50. */
export function timeoutSignal(milliseconds: number): AbortSignal {
  if (milliseconds <= LONGEST_DELAY) return AbortSignal.timeout(milliseconds);
  const controller = new AbortController();
  const abort = (): void => controller.abort(new DOMException('the time is over', 'TimeoutError'));
  startTimer(milliseconds, abort, { isHolding: false });
  return controller.signal;
}
