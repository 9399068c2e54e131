import { createHash, randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { reasonOf } from '@seawall/base';
import { readCapture } from '@seawall/events';
import { textFromBytes } from '@seawall/rules';
import type { Store } from '@seawall/store';
import type { AgentConfiguration } from '../configuration/configuration.ts';
import { errors } from '../errors.ts';
import { activityMemory, type SourceOptions } from '../hot-loop/options.ts';
import type { LastRun } from './heartbeat.ts';

const MEBIBYTE = 1024 * 1024;
/** Bytes of a recording's beginning that tell it from others: header, machine, and most of the process table. */
const BEGINNING = 64 * 1024;

/** What findings and positions of this machine, watched live, are kept under. */
export const LIVE_SOURCE = 'live';

/**
 * What the positions in a recording are kept under: the same for the same recording, also when it was moved.
 * @throws agent/FILE_UNREADABLE
 */
export function captureIdentity(path: string): string {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const { size } = fstatSync(descriptor);
      const bytes = Buffer.alloc(Math.min(BEGINNING, size));
      readSync(descriptor, bytes, 0, bytes.length, 0);
      return `capture ${createHash('sha256').update(`${size} `).update(bytes).digest('hex').slice(0, 32)}`;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const reason = reasonOf(error);
    throw errors.create('FILE_UNREADABLE', { path, reason }, error);
  }
}

/**
 * The node that a recording is of: its pods are named after it, and what they did is to be found under the same names
 * wherever it is read. Undefined where it doesn't say; what keeps it from being read shows when its events are.
 */
export async function recordedNode(path: string): Promise<string | undefined> {
  try {
    for await (const section of readCapture(path, { name: path })) {
      if (section.kind === 'machine') return textFromBytes(section.machine.hostname) || undefined;
      if (section.kind === 'events') return undefined;
    }
  } catch {
    // Whoever reads all of it tells.
  }
  return undefined;
}

/** What the hot loop reads, and from where on: a recording goes on where the last run has stored everything. */
export async function sourceOptionsOf(
  { source }: Pick<AgentConfiguration, 'source'>,
  node: string,
  sourceName: string,
  store: Pick<Store, 'position' | 'memory'>,
  lastRun: LastRun | undefined,
): Promise<SourceOptions> {
  if (source.capture === undefined) {
    return {
      kind: 'live',
      runtimes: source.runtimes,
      ringBytes: source.ringMebibytes * MEBIBYTE,
      run: `${node}/${randomUUID()}`,
      watchedUntil: lastRun?.time,
    };
  }
  const position = await store.position(sourceName);
  const memory = activityMemory(sourceName);
  const activityHandled = (await store.memory(memory)).get(memory);
  return {
    kind: 'capture',
    path: source.capture,
    identity: sourceName,
    containers: source.containers,
    handled: position === undefined ? 0 : Number(position),
    activityHandled: activityHandled === undefined ? 0 : Number(activityHandled),
  };
}
