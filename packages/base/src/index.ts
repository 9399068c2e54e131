export { type Clock, createManualClock, nanosecondsNow, systemClock } from './clock.ts';
export {
  defineErrors,
  type ErrorCatalogue,
  type Errors,
  isSeawallError,
  reasonOf,
  type SeawallError,
} from './errors.ts';
export { sleep } from './sleep.ts';
export { startTimer, type Timer, timeoutSignal } from './timer.ts';
export { formatLocalDateTime, formatLocalTime, formatUtcTime, SECOND } from './timestamp.ts';
export { nextTurn } from './turn.ts';
