import { reasonOf } from '@seawall/base';
import { millisecondsOf } from '@seawall/policies';
import type { Store } from '@seawall/store';
import type { CaptureFiles } from '../captures/capture-files.ts';
import type { AgentConfiguration } from '../configuration/configuration.ts';
import type { AgentOptions } from './options.ts';

const MEBIBYTE = 1024 * 1024;
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

export interface RetentionOptions extends Pick<AgentOptions, 'log'> {
  readonly store: Pick<Store, 'retain'>;
  readonly captures: Pick<CaptureFiles, 'retain'>;
  /** Nanoseconds since the epoch. */
  readonly now: bigint;
}

/** Deletes findings and captures that are too old or too many. What fails is logged, and tried with the next call. */
export function retain(
  { store: storing, captures: capturing }: Pick<AgentConfiguration, 'store' | 'captures'>,
  { store, captures, now, log }: RetentionOptions,
): void {
  const before = (span: string): bigint => now - BigInt(millisecondsOf(span)) * NANOSECONDS_PER_MILLISECOND;
  store
    .retain({ olderThan: before(storing.keepFor), maximumBytes: storing.maximumMebibytes * MEBIBYTE })
    .catch((error: unknown) => log('error', `old findings could not be deleted: ${reasonOf(error)}`));
  try {
    captures.retain({
      olderThan: Number(before(capturing.keepFor) / NANOSECONDS_PER_MILLISECOND),
      maximumBytes: capturing.keepMebibytes * MEBIBYTE,
    });
  } catch (error) {
    log('error', `old captures could not be deleted: ${reasonOf(error)}`);
  }
}
