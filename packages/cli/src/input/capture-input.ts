import type { CaptureInput } from '@seawall/events';
import type { Terminal } from '../terminal/terminal.ts';
import { nameOfPath, readBytes, STANDARD_STREAM } from './open.ts';

/** A capture named on the command line: its path, or standard input for `-`; and what messages call it. The signal ends standard input. */
export function captureInput(
  path: string,
  terminal: Terminal,
  signal?: AbortSignal,
): { input: CaptureInput; name: string } {
  const input = path === STANDARD_STREAM ? readBytes(path, terminal, signal) : path;
  return { input, name: nameOfPath(path) };
}
