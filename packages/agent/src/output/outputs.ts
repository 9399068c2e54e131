import type { Writable } from 'node:stream';
import { type Clock, systemClock } from '@seawall/base';
import type { Alert } from '../alert/alert.ts';
import { alertJson, alertText } from '../alert/render.ts';
import type { OutputsConfig } from './configuration.ts';
import { createFileOutput } from './file.ts';
import { createHttpOutput } from './http.ts';
import type { Output, OutputName, RenderedAlert } from './output.ts';
import { createProgramOutput } from './program.ts';
import { createOutputQueue, type OutputReport, type OutputStatistics } from './queue.ts';
import { createStdoutOutput } from './stdout.ts';
import { createSyslogOutput } from './syslog.ts';

/** Where alerts leave to. */
export interface Outputs {
  /** Hands an alert to every output; never waits and never fails. */
  write(alert: Alert): void;
  /** Opens files, programs and connections anew: after files were moved away (SIGHUP). */
  reopen(): Promise<void>;
  /** Waits until what was handed over so far is written, so long. */
  flush(withinMilliseconds: number): Promise<void>;
  /** Writes what waits, so long, and closes everything. */
  close(withinMilliseconds: number): Promise<void>;
  /** By output. */
  statistics(): ReadonlyMap<OutputName, OutputStatistics>;
}

export interface OutputsOptions {
  /** What is worth telling the operator. */
  report(report: OutputReport): void;
  readonly clock?: Clock;
  /** Standard output, or what stands for it. */
  readonly stdout?: Writable;
  /** Milliseconds until an output that failed is tried again. */
  readonly retryAfter?: number;
}

/**
 * Opens what `outputs` of seawall.yaml names.
 * @throws agent/FILE_UNREADABLE where certificates for HTTP can't be read
 */
export function createOutputs(config: OutputsConfig, options: OutputsOptions): Outputs {
  const { clock = systemClock, report, retryAfter } = options;
  const queues = outputsOf(config, options.stdout ?? process.stdout).map((output) =>
    createOutputQueue(output, {
      capacity: config.outputs_queue.capacity,
      timeout: config.output_timeout,
      isBuffered: config.buffered_outputs && ['stdout', 'file', 'program'].includes(output.name),
      ...{ clock, report },
      ...(retryAfter === undefined ? {} : { retryAfter }),
    }),
  );
  const json = {
    hasOutput: config.json_include_output_property,
    hasMessage: config.json_include_message_property,
    hasTags: config.json_include_tags_property,
    hasOutputFields: config.json_include_output_fields_property,
  };
  return {
    write(alert) {
      if (queues.length === 0) return;
      const { priority, timestamp } = alert;
      const line = config.json_output ? alertJson(alert, json) : alertText(alert);
      const rendered: RenderedAlert = { priority, timestamp, line };
      for (const queue of queues) queue.push(rendered);
    },
    async reopen() {
      await Promise.all(queues.map((queue) => queue.reopen()));
    },
    async flush(withinMilliseconds) {
      await Promise.all(queues.map((queue) => queue.flush(withinMilliseconds)));
    },
    async close(withinMilliseconds) {
      await Promise.all(queues.map((queue) => queue.close(withinMilliseconds)));
    },
    statistics: () => new Map(queues.map((queue) => [queue.name, queue.statistics()])),
  };
}

function outputsOf(config: OutputsConfig, stdout: Writable): Output[] {
  const {
    stdout_output: console,
    file_output: file,
    syslog_output: syslog,
    program_output: program,
    http_output: http,
  } = config;
  const outputs: Output[] = [];
  if (console?.enabled) outputs.push(createStdoutOutput(stdout));
  if (file?.enabled) outputs.push(createFileOutput(file));
  if (syslog?.enabled) outputs.push(createSyslogOutput(syslog));
  if (program?.enabled) outputs.push(createProgramOutput(program));
  if (http?.enabled) {
    const timeout = config.output_timeout;
    outputs.push(createHttpOutput(http, { isJson: config.json_output, timeout, stdout }));
  }
  return outputs;
}
