import { buildAhead } from '@seawall/probe';
import type { Terminal } from '../terminal/terminal.ts';

/**
 * Compiles the probe where that was not done before, and says so: it takes longer than anybody waits without a word.
 * @throws those of opening the probe, and the signal's reason
 */
export function compileAhead(terminal: Terminal, signal: AbortSignal): Promise<void> {
  return buildAhead({ signal, onBuild: (what) => terminal.errors.write(compilingText(what)) });
}

export function compilingText(what: string): string {
  return `compiling ${what} for the kernel: this takes some seconds, once\n`;
}
