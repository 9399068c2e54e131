import { onStopSignal } from '../terminal/stop-signals.ts';

/** What the system tells an agent. */
export interface AgentSignals {
  readonly stop: AbortSignal;
  /** Calls for each SIGHUP from now on, and now for those that have come. */
  onReload(work: () => void): void;
  release(): void;
}

/** From here on no SIGHUP ends the process: one that comes while it starts is answered when it has. */
export function hearAgentSignals(): AgentSignals {
  const controller = new AbortController();
  let reload: (() => void) | undefined;
  let isAsked = false;
  const hear = (): void => {
    isAsked = true;
    reload?.();
  };
  process.on('SIGHUP', hear);
  const release = onStopSignal(['SIGTERM', 'SIGINT'], () => controller.abort());
  return {
    stop: controller.signal,
    onReload(work) {
      reload = work;
      if (isAsked) work();
    },
    release() {
      process.removeListener('SIGHUP', hear);
      release();
    },
  };
}
