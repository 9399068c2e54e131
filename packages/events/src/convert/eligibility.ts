import { EVENT_TYPE_COUNT, eventTypes } from '../table/event-type.ts';

/** What is to be done with an event that was read: deliver it, drop it, convert it, or refuse it. */
export type Eligibility = 'pass' | 'drop' | 'convert' | 'refuse';

/*
 * Rule by type, for hot loops (one byte each): deliver whatever the number of parameters; drop; convert always;
 * deliver with exactly as many parameters as the table has, convert with fewer, refuse with more.
 */
export const PASS = 0;
export const DROP = 1;
export const CONVERT = 2;
export const COUNT_DECIDES = 3;

export const ruleByType = Uint8Array.from(eventTypes, (type) => {
  if (type.isUnused) return DROP;
  if (!type.isConverterManaged) return type.isOld ? DROP : PASS;
  return type.isEnter || type.isOld ? CONVERT : COUNT_DECIDES;
});

export const parameterCountByType = Uint8Array.from(eventTypes, (type) => type.parameters.length);

/** True for exit events that the converter keeps in step: more parameters than the table has are refused. */
const refusesMore = Uint8Array.from(eventTypes, (type) =>
  !type.isUnused && type.isConverterManaged && !type.isEnter ? 1 : 0,
);

/** What is to be done with an event of that type (which the table must have) and number of parameters. */
export function eligibilityOf(type: number, parameterCount: number): Eligibility {
  if (type >= EVENT_TYPE_COUNT) throw new RangeError(`event type ${type} is not in the table`);
  if (refusesMore[type] === 1 && parameterCount > parameterCountByType[type]!) return 'refuse';
  switch (ruleByType[type]) {
    case PASS:
      return 'pass';
    case DROP:
      return 'drop';
    case CONVERT:
      return 'convert';
    default:
      return parameterCount === parameterCountByType[type] ? 'pass' : 'convert';
  }
}
