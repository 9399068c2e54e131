import type { DirectTest } from '../plan/predicate.ts';

/** Whether a value holds one of some texts where it is sought: at its start, at its end or anywhere. */
export type TextsTest = (value: unknown) => boolean;

/** @param sought comparisons by `startsWith`, `endsWith` and `includes`, of which one has to hold. */
export function createTextsTest(sought: readonly DirectTest<never>[]): TextsTest {
  const starts = textsOf(sought, 'startsWith');
  const ends = textsOf(sought, 'endsWith');
  const parts = textsOf(sought, 'includes');
  // Of the texts that share their first characters few share the last of a start, or the first of an end.
  const lastCodes = starts.map((text) => text.charCodeAt(text.length - 1));
  const firstCodes = ends.map((text) => text.charCodeAt(0));
  return (value) => {
    if (typeof value !== 'string') return false;
    const { length } = value;
    for (let index = 0; index < starts.length; index += 1) {
      const place = starts[index].length - 1;
      if (place < 0) return true;
      if (place < length && value.charCodeAt(place) === lastCodes[index] && value.startsWith(starts[index])) {
        return true;
      }
    }
    for (let index = 0; index < ends.length; index += 1) {
      const place = length - ends[index].length;
      if (place === length) return true;
      if (place >= 0 && value.charCodeAt(place) === firstCodes[index] && value.endsWith(ends[index]))
        return true;
    }
    for (let index = 0; index < parts.length; index += 1) if (value.includes(parts[index])) return true;
    return false;
  };
}

function textsOf(
  sought: readonly DirectTest<never>[],
  relation: DirectTest<never>['relation'],
): readonly string[] {
  return sought.flatMap((test) => (test.relation === relation ? [test.constant as string] : []));
}
