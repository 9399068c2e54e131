import type { AcceptanceResult } from '../row.ts';
import { benchLive } from './support/bench-live.ts';

export const title =
  'overhead with the 25 stable rules, median of 20 interleaved rounds: getppid and read at most 0.6 units, open+close at most 7 units; connect+accept at most 5 %; fork+exec+wait at most 2 % or within the printed spread';

const UNITS: Readonly<Record<string, number>> = { getppid: 0.6, read: 0.6, open: 7 };
const PERCENT: Readonly<Record<string, number>> = { connect: 5, fork: 2 };

export async function run(): Promise<AcceptanceResult> {
  const bench = benchLive(20);
  if (bench === undefined) return { skipped: 'this machine can’t be watched, or the stock rules are absent' };
  const short: string[] = [];
  const figures = bench.rows.map(({ name, units, unitsSpread, percent, percentSpread }) => {
    const isWithinSpread = name === 'fork' && percent <= percentSpread;
    if (units > (UNITS[name] ?? Number.POSITIVE_INFINITY)) short.push(name);
    if (percent > (PERCENT[name] ?? Number.POSITIVE_INFINITY) && !isWithinSpread) short.push(name);
    return name in UNITS
      ? `${name} ${units.toFixed(2)} units (±${unitsSpread.toFixed(2)})`
      : `${name} ${percent.toFixed(1)} % (±${percentSpread.toFixed(1)})`;
  });
  const figure = `1 unit is ${bench.unit.toFixed(0)} ns; ${figures.join(', ')} (an empty program where files are opened takes ${bench.floors.getppid.toFixed(2)} of getppid and ${bench.floors.open.toFixed(1)} of open)${short.length > 0 ? `; over: ${short.join(', ')}` : ''}`;
  return { figure, passed: short.length === 0 };
}
