import type { Rule } from '@seawall/rules';
import type { AccountingReport } from '../accounting.ts';
import type { Alert } from '../alert/alert.ts';

/** What watching is told, whatever the source. */
export interface WatchOptions {
  /** The rules that run, of the source alone, in the order in which they are to match. */
  readonly rules: readonly Rule[];
  /** Whether the first rule that matches an event is the only one that alerts on it. */
  readonly isFirstOnly: boolean;
  /** Whether alerts begin with date and time in UTC instead of the local time of day. */
  readonly isIsoTime: boolean;
  /** Whom alerts name as their machine; undefined: the machine that the events come from, else this one. */
  readonly hostname: string | undefined;
  onAlert(alert: Alert): void;
  /** Called now and then, with the number of events so far. */
  onProgress?(eventCount: number): void;
}

/** A source being watched: run it once; the report can be asked for at any time, also after `run` failed. */
export interface Watch {
  run(): Promise<void>;
  report(): WatchReport;
}

export interface WatchReport {
  readonly accounting: AccountingReport;
  /** Events of old captures that live on inside others, or whose types are no longer in use. */
  readonly merged: number;
  /** Events of types that this version doesn't know. */
  readonly unknown: number;
}
