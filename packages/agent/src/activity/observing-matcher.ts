import type { EventContext } from '@seawall/inspector';
import type { Matcher } from '../replay/matcher.ts';
import type { ActivityCollector } from './collector.ts';

/** A matcher that shows the collector the events of the types that it wants, besides what it is for itself. */
export function observingMatcher(
  inner: Matcher<EventContext>,
  { wanted: observed, observe }: Pick<ActivityCollector, 'wanted' | 'observe'>,
): Matcher<EventContext> {
  const wanted = new Uint8Array(Math.max(inner.wanted.length, observed.length));
  for (let type = 0; type < wanted.length; type += 1)
    wanted[type] = inner.wanted[type] === 1 || observed[type] === 1 ? 1 : 0;
  return {
    wanted,
    matches: inner.matches,
    isOpen: (context, type) => observed[type] === 1 || inner.isOpen(context, type),
    isRuledOut: (context, type, grounds) => observed[type] !== 1 && inner.isRuledOut(context, type, grounds),
    evaluate(context, type) {
      if (observed[type] === 1) observe(context);
      return inner.wanted[type] === 1 ? inner.evaluate(context, type) : 0;
    },
  };
}
