import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSeawall } from '../../../conformance/regression/run-seawall.ts';
import { locateShared } from '../../../test/shared.ts';

/** An alert as these rows look at it. */
export interface SeenAlert {
  readonly rule: string;
  readonly tags: readonly string[];
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly source: string;
  readonly output: string;
  /** What the rule's output shows: the library's name process, container and pod in each. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Expectation {
  readonly verdict: 'must' | 'must_not' | 'may';
  readonly rule: string;
  readonly process?: string;
  readonly object?: string;
}

export interface Step {
  readonly step: string;
  readonly time: string;
  readonly end: string;
  readonly where: 'container' | 'node';
  readonly namespace?: string;
  readonly pod?: string;
  readonly container_id?: string;
  readonly command: string;
  readonly expect: readonly Expectation[];
}

/**
 * Where a recording begins with (`.../attack-a`): the one of that name in the shared data, or the one that
 * `SEAWALL_RECORDING_ATTACK` or `SEAWALL_RECORDING_QUIET` names, for replaying the library on other clusters.
 */
export function locateRecording(kind: 'attack' | 'quiet'): string | undefined {
  const chosen = process.env[`SEAWALL_RECORDING_${kind.toUpperCase()}`];
  return chosen ?? locateShared('captures/control-plane/a', `${kind}-a`);
}

export function readSteps(recording: string): readonly Step[] {
  const timeline: { readonly steps: readonly Step[] } = JSON.parse(
    readFileSync(`${recording}.timeline.json`, 'utf8'),
  );
  return timeline.steps;
}

/** Replays system calls and audit log of a recording through rules; alerts in the order of their source. */
export async function replayRecording(
  recording: string,
  rules: readonly string[] = [join(import.meta.dirname, '../../../rules')],
): Promise<readonly SeenAlert[]> {
  const common = ['--rules', ...rules, '--output', 'json', '--summary', 'none', '--no-suggested-output'];
  const calls = await watch([
    ...['--capture', `${recording}.scap.gz`, '--metadata', `${recording}.containers.json.gz`],
    ...common,
  ]);
  const log = `${recording}.audit.jsonl.gz`;
  const audit = existsSync(log) ? await watch(['--source', 'k8s_audit', '--input', log, ...common]) : [];
  return [...calls, ...audit];
}

async function watch(words: readonly string[]): Promise<readonly SeenAlert[]> {
  const { exitCode, stdout, stderr } = await runSeawall(['watch', ...words]);
  if (exitCode !== 0) throw new Error(`seawall watch ended with ${exitCode}: ${stderr}`);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const alert = JSON.parse(line);
      return {
        rule: alert.rule,
        tags: alert.tags,
        time: Date.parse(alert.time),
        source: alert.source,
        output: alert.output,
        fields: alert.output_fields,
      };
    });
}
