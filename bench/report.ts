import type { MeasuredCapture, MeasuredUnits, SummarisedCase } from './measure.ts';

const TITLES = [
  'rules',
  'events/s',
  'replay ms',
  'units',
  'scans',
  'load+compile ms',
  'units',
  'whole ms',
  'peak MB',
  'residues',
  'alerts',
];

/** The table of one file's measurements for people. */
export function measuredText(
  { scan, referenceMilliseconds, cases }: MeasuredCapture,
  reference = '',
): string {
  const row = (measured: SummarisedCase) => {
    const loading = measured.loadMilliseconds + measured.compileMilliseconds;
    return [
      String(measured.rules),
      `${(measured.events / measured.replayMilliseconds / 1000).toFixed(2)} M`,
      measured.replayMilliseconds.toFixed(0),
      unitsText(measured.replayUnits),
      (measured.replayMilliseconds / scan.milliseconds).toFixed(1),
      loading.toFixed(0),
      unitsText(measured.loadUnits),
      measured.wholeMilliseconds.toFixed(0),
      (measured.peakBytes / 1e6).toFixed(0),
      String(measured.residues),
      String(measured.alerts),
    ];
  };
  const rows = [TITLES, ...cases.map(row)];
  const widths = TITLES.map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const lines = rows.map((cells) => cells.map((cell, column) => cell.padStart(widths[column])).join('  '));
  lines.push(`bare scan of headers: ${scan.milliseconds.toFixed(0)} ms for ${scan.events} events`);
  if (referenceMilliseconds !== undefined) {
    lines.push(
      `1 unit: ${referenceMilliseconds.toFixed(0)} ms, ${reference} -r FILE proc.name=nosuchproc (median; units are medians, times the fastest)`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function unitsText(units: MeasuredUnits | undefined): string {
  return units === undefined ? '-' : `${units.median.toFixed(2)} ±${units.spread.toFixed(2)}`;
}
