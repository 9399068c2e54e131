import type { Priority } from '@seawall/rules';

/** An alert as it leaves: the line is made once, for all outputs. */
export interface RenderedAlert {
  readonly priority: Priority;
  /** Nanoseconds since the epoch. */
  readonly timestamp: bigint;
  /** Text or JSON, without a line feed. */
  readonly line: string;
}

export type OutputName = 'stdout' | 'file' | 'syslog' | 'program' | 'http';

/** One place that alerts leave to; it knows nothing of queues, and is given the next ones only when it has done. */
export interface Output {
  readonly name: OutputName;
  /** How many alerts it takes at once. */
  readonly mostAtOnce: number;
  /** Writes alerts, in order. The promise ends when they are handed over; it fails where any was not. */
  write(alerts: readonly RenderedAlert[], signal: AbortSignal): Promise<void>;
  /** Opens anew what is kept open. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}
