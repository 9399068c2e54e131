export { type Clock, createManualClock, systemClock } from './clock.ts';
export {
  defineErrors,
  type ErrorCatalogue,
  type Errors,
  isSeawallError,
  type SeawallError,
} from './errors.ts';
export { formatLocalTime, formatUtcTime, formatZonedTime, SECOND } from './timestamp.ts';
