import type { Writable } from 'node:stream';
import type { Alert } from '../alert/alert.ts';
import { alertJson, defaultAlertJsonOptions } from '../alert/render.ts';
import { outputsConfig } from './configuration.ts';
import { createOutputs, type Outputs } from './outputs.ts';
import type { OutputReport } from './queue.ts';

/** An alert that differs by a number. */
export function alertOf(number: number): Alert {
  return {
    rule: 'Terminal shell in container',
    priority: 'Notice',
    source: 'syscall',
    tags: ['container'],
    timestamp: 1795296716182619956n,
    hostname: 'node1',
    prefix: '21:31:56.182619956: Notice',
    message: `A shell ${number} "x"\n`,
    fields: new Map([['proc.name', 'sh']]),
  };
}

/** What Falco would write of it. */
export const lineOf = (number: number): string => alertJson(alertOf(number), defaultAlertJsonOptions);

/** Milliseconds that nothing takes, however busy the machine. */
export const LONG = 30_000;

/** Outputs as a configuration has them, with what is told of them. */
export function open(
  config: object,
  stdout?: Writable,
): { readonly outputs: Outputs; readonly reports: OutputReport[] } {
  const reports: OutputReport[] = [];
  const outputs = createOutputs(outputsConfig.parse({ output_timeout: LONG, ...config }), {
    report: (report) => reports.push(report),
    retryAfter: 20,
    ...(stdout === undefined ? {} : { stdout }),
  });
  return { outputs, reports };
}
