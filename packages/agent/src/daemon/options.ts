import type { Clock } from '@seawall/base';
import type { EnforcementCheck, PodActions } from '@seawall/policies';
import type { Alert } from '../alert/alert.ts';
import type { AgentConfiguration } from '../configuration/configuration.ts';
import type { ReloadResult } from '../reload/reloader.ts';
import type { DaemonStatus } from './status.ts';

export type LogLevel = 'info' | 'warning' | 'error';

export interface AgentOptions {
  readonly configuration: AgentConfiguration;
  /** What is worth telling whoever runs it; one line or more. */
  log(level: LogLevel, message: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called with each alert whose finding is stored, besides the outputs. */
  onAlert?(alert: Alert): void;
  /** Watching live: everything is on, what happens from now on is seen. */
  onWatching?(): void;
  /** Ends the start: what was set up until then is put away, and its reason thrown. An agent that runs is ended by `stop`. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Whether somebody waits for it at a terminal: then rules and policies that do not load end the start, whatever ran before. */
  readonly isAttended?: boolean;
  /** Where pods are labelled and isolated; by default the API server that configuration or environment name. */
  readonly pods?: PodActions;
  /** Asked about what policies deny in the kernel; by default this machine is asked. */
  readonly canEnforce?: EnforcementCheck;
}

/** An agent that runs. */
export interface Agent {
  /** Where metrics and health are served. */
  readonly address: string;
  /** Where audit events are posted to. */
  readonly auditUrl: string | undefined;
  status(): Promise<DaemonStatus>;
  /** Takes over rules and policies as they are on disk now, and opens outputs anew. */
  reload(): Promise<ReloadResult>;
  /** Ends in order: what was found is stored, messages under way may arrive. Asked for again, it answers the same. */
  stop(): Promise<void>;
  /** Settles when the source has ended (recordings do) and everything is stored. @throws agent/HOT_LOOP_FAILED */
  readonly done: Promise<void>;
}
