import { type Clock, systemClock } from '@seawall/base';
import type { RuntimeStatus } from '@seawall/kube';
import type { LogLevel } from '../daemon/options.ts';

/** Tells when container runtimes go away and come back, each once. */
export interface RuntimeLog {
  /** What was said of them at the start: from then on changes are told. */
  begin(statuses: readonly RuntimeStatus[]): void;
  /** To be called with every try to reach one, whatever came of it. */
  note(status: RuntimeStatus): void;
}

export interface RuntimeLogOptions {
  readonly clock?: Pick<Clock, 'monotonic'>;
  log(level: LogLevel, message: string): void;
}

/** Milliseconds in which a runtime that comes and goes is told once. */
const TELL_EVERY = 60_000;

interface Told {
  /** Whether the log's last word is that it answers. */
  answers: boolean;
  /** When it was last told to be gone. */
  gone: number;
}

export function createRuntimeLog({ clock = systemClock, log }: RuntimeLogOptions): RuntimeLog {
  const told = new Map<string, Told>();
  let hasBegun = false;

  function toldOf({ kind, socket, state }: RuntimeStatus): Told {
    const key = `${kind} ${socket}`;
    const before = told.get(key);
    if (before !== undefined) return before;
    const made = { answers: !hasBegun && state === 'connected', gone: Number.NEGATIVE_INFINITY };
    told.set(key, made);
    return made;
  }

  return {
    begin(statuses) {
      for (const status of statuses) toldOf(status);
      hasBegun = true;
    },
    note(status) {
      if (!hasBegun) return;
      const last = toldOf(status);
      const { kind, socket, state, reason, version } = status;
      const answers = state === 'connected';
      if (answers === last.answers) return;
      if (answers) {
        last.answers = true;
        const [name, number] = [version?.name ?? kind, version?.version ?? ''];
        log('info', `the container runtime ${kind} at ${socket} answers: ${`${name} ${number}`.trim()}`);
        return;
      }
      const now = clock.monotonic();
      if (now - last.gone < TELL_EVERY) return;
      last.answers = false;
      last.gone = now;
      log(
        'warning',
        `the container runtime ${kind} is gone: ${reason ?? `it ended the connection at ${socket}`}; it is tried again, and containers that it starts meanwhile are known by their id alone`,
      );
    },
  };
}
