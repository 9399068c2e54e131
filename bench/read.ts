import { createEventView, type EventBatch, type EventView, moveTo, readCapture } from '@seawall/events';
import { createUsage, type Usage } from '../scripts/usage.ts';
import { requireCapture } from './require-capture.ts';
import { scanCapture } from './scan.ts';

export interface ReadBenchmark {
  readonly events: number;
  /** Seconds of the bare scan and of reading with the view moved over every event: the best of several runs each. */
  readonly scanSeconds: number;
  readonly readSeconds: number;
  readonly peakMemoryBytes: number;
}

/**
 * Reads the capture through `readCapture`, moving the view over each event, and scans it bare in the same run, taking
 * turns so that both see the same load.
 */
export async function measureReading(path: string, runs = 5): Promise<ReadBenchmark> {
  let scanSeconds = Number.POSITIVE_INFINITY;
  let readSeconds = Number.POSITIVE_INFINITY;
  let events = 0;
  const view = createEventView();
  for (let run = 0; run < runs; run++) {
    scanSeconds = Math.min(scanSeconds, scanCapture(path).seconds);
    const started = performance.now();
    events = 0;
    for await (const section of readCapture(path)) {
      if (section.kind === 'events') events += visit(view, section.batch);
    }
    readSeconds = Math.min(readSeconds, (performance.now() - started) / 1000);
  }
  return { events, scanSeconds, readSeconds, peakMemoryBytes: process.resourceUsage().maxRSS * 1024 };
}

/** Moves the view over every event; gives how many have a thread, which no replay is without. */
function visit(view: EventView, batch: EventBatch): number {
  let withThread = 0;
  for (let index = 0; index < batch.count; index++) {
    moveTo(view, batch, index);
    if (view.tid !== -2) withThread++;
  }
  return withThread;
}

if (import.meta.main) {
  const usage: Usage = createUsage('bench/read.ts CAPTURE, which is not packed');
  const [path = usage.refuse('a capture is missing')] = usage.read({ allowPositionals: true }).positionals;
  const result = await measureReading(await requireCapture(usage, path));
  const millions = (seconds: number) => (result.events / seconds / 1e6).toFixed(1);
  process.stdout.write(
    `${result.events} events: bare scan ${millions(result.scanSeconds)} M/s, reading ${millions(result.readSeconds)} M/s ` +
      `(${(result.readSeconds / result.scanSeconds).toFixed(2)} times the scan), peak ${Math.round(result.peakMemoryBytes / 2 ** 20)} MiB\n`,
  );
}
