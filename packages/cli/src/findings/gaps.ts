import type { Gap, GroupFilter, Store } from '@seawall/store';
import { countOf } from '../number-text.ts';
import type { Palette } from '../terminal/color.ts';
import { harmless } from '../terminal/harmless.ts';
import { timeText } from './finding-text.ts';

/** So many are looked through: what is listed may be missing something because of them. */
const LOOKED_AT = 1000;
const SHOWN = 3;

/** The gaps that touch the time of a filter, the latest first. */
export async function gapsWithin(store: Store, { from, to }: GroupFilter): Promise<readonly Gap[]> {
  const { items } = await store.gaps({ limit: LOOKED_AT });
  return items.filter((gap) => (from === undefined || gap.to >= from) && (to === undefined || gap.from < to));
}

/** Says that findings may be missing, and why; nothing where there are no gaps. */
export function gapsText(gaps: readonly Gap[], palette: Palette): string {
  if (gaps.length === 0) return '';
  const lines = gaps.slice(0, SHOWN).map(({ source, from, to, reason }) => {
    const span = from === to ? timeText(from) : `${timeText(from)} to ${timeText(to)}`;
    return `  ${span}  ${harmless(source)}: ${harmless(reason)}\n`;
  });
  const rest =
    gaps.length > SHOWN
      ? `  and ${countOf(gaps.length - SHOWN, 'more', 'more')}: --output json has all\n`
      : '';
  return `${palette.warning(`${countOf(gaps.length, 'gap')} in this time: findings may be missing`)}\n${lines.join('')}${rest}`;
}
