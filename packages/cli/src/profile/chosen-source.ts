import type { RuntimeAddress } from '@seawall/kube';
import { errors } from '../errors.ts';
import type { Span } from './span.ts';

/** Where `learn` and `backtest` look for what pods did, as options say it. */
export interface SourceOptions {
  readonly capture?: string;
  readonly store?: string;
  readonly live?: boolean;
  readonly metadata?: string;
  readonly seconds?: Span;
  readonly runtime?: readonly RuntimeAddress[];
}

/**
 * Makes sure that one source is chosen, and that every option means something there.
 * @param hint what the command can look at.
 * @throws cli/OPTION_MISSING, cli/OPTION_INVALID
 */
export function requireOneSource(command: string, hint: string, options: SourceOptions): void {
  const { capture, store, live, metadata, seconds, runtime } = options;
  if ([capture, store, live].filter((source) => source !== undefined).length !== 1) {
    throw errors.create('OPTION_MISSING', { command, option: '--capture', hint });
  }
  if (store !== undefined && seconds !== undefined) {
    refuse('--seconds', '--store', 'a store keeps what was seen in all, and not what in which second');
  }
  if (store !== undefined && metadata !== undefined) {
    refuse('--metadata', '--store', 'whose doings they were is written in the store');
  }
  if (live === true && metadata !== undefined) {
    refuse('--metadata', '--live', 'the container runtimes of this machine are asked');
  }
  if (live === true && seconds?.from !== undefined) {
    refuse('--seconds A..B', '--live', 'watching begins now. Write how long, as in --seconds 600');
  }
  if (live !== true && runtime !== undefined) {
    refuse(
      '--runtime',
      store === undefined ? '--capture' : '--store',
      'that is for watching this machine live',
    );
  }
}

function refuse(option: string, source: string, problem: string): never {
  throw errors.create('OPTION_INVALID', { option, value: `with ${source}`, problem });
}

/** Why nothing may have been seen of pods there, and what to do about it. */
export function whyNothingSeen({ store, live, metadata }: SourceOptions): string {
  if (store !== undefined) {
    return 'an agent keeps what pods do where its configuration says activity: true and it is told of their containers (of a recording by source.containers)';
  }
  if (live === true)
    return 'is a container runtime running here that says what the containers are (--runtime)?';
  return metadata === undefined
    ? 'is there container metadata (--metadata)?'
    : 'is the container metadata that of this recording, and does anything happen in pods in this part of it?';
}
