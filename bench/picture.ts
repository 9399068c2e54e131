// Draws the cost of an event over the number of rules as an SVG, from `npm run bench -- --json` on standard input.
import { readFileSync } from 'node:fs';
import { createUsage, type Usage } from '../scripts/usage.ts';
import type { MeasuredCapture } from './measure.ts';

const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 60;
const BOTTOM = 250;
const TOP = 30;

const usage: Usage = createUsage(
  'npm run --silent bench -- --json --reference sysdig | node bench/picture.ts > docs/performance.svg',
);
usage.read({});
const { cases, referenceMilliseconds = 0 } = readMeasured();
// With a reference the medians, which say more than the best times.
const points = cases.map(({ rules, events, replayMilliseconds, replayUnits }) => {
  const milliseconds =
    replayUnits === undefined ? replayMilliseconds : replayUnits.median * referenceMilliseconds;
  return { rules, nanoseconds: (milliseconds * 1e6) / events };
});
const highest = Math.max(...points.map(({ nanoseconds }) => nanoseconds));
// Rules on a logarithmic axis, with room for none at all.
const across = (rules: number) => LEFT + (Math.log10(rules + 1) / Math.log10(20_000)) * (WIDTH - LEFT - 30);
const up = (nanoseconds: number) => BOTTOM - (nanoseconds / highest) * (BOTTOM - TOP);

const line = points
  .map(({ rules, nanoseconds }) => `${across(rules).toFixed(1)},${up(nanoseconds).toFixed(1)}`)
  .join(' ');
const marks = points.map(({ rules, nanoseconds }) => {
  const x = across(rules).toFixed(1);
  const y = up(nanoseconds);
  return (
    `  <circle cx="${x}" cy="${y.toFixed(1)}" r="4" fill="#2563eb"/>\n` +
    `  <text x="${x}" y="${(y - 10).toFixed(1)}" text-anchor="middle">${nanoseconds.toFixed(0)} ns</text>\n` +
    `  <text x="${x}" y="${BOTTOM + 20}" text-anchor="middle">${rules}</text>`
  );
});
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#6b7280" role="img" aria-label="Nanoseconds per event over the number of rules">
  <line x1="${LEFT}" y1="${BOTTOM}" x2="${WIDTH - 20}" y2="${BOTTOM}" stroke="#9ca3af"/>
  <line x1="${LEFT}" y1="${TOP - 15}" x2="${LEFT}" y2="${BOTTOM}" stroke="#9ca3af"/>
  <polyline points="${line}" fill="none" stroke="#2563eb" stroke-width="2"/>
${marks.join('\n')}
  <text x="${WIDTH / 2}" y="${HEIGHT - 8}" text-anchor="middle">rules (logarithmic)</text>
</svg>
`);

function readMeasured(): MeasuredCapture {
  try {
    const measured = JSON.parse(readFileSync(0, 'utf8')) as Partial<MeasuredCapture>;
    if (Array.isArray(measured?.cases)) return measured as MeasuredCapture;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return usage.refuse('standard input is not what the benchmark prints with --json');
}
