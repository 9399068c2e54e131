import assert from 'node:assert/strict';
import { type CaptureSection, encodeEvent } from '@seawall/events';
import { containerJson, createContainerInfo, createSyscallCatalogue } from '@seawall/inspector';
import { exampleProcess } from '@seawall/inspector/testing';
import { loadRules, type Rule } from '@seawall/rules';
import type { Alert } from '../alert/alert.ts';
import { type ContainerNotice, encodeNotice } from '../live/container-events.ts';
import { readContext, writeContext } from '../waiting/written-context.ts';
import { createSectionsWatch, type SectionsWatchOptions } from '../watch/watch-sections.ts';
import { plainWatchOptions } from './plain-watch.ts';

/*
 * A capture in words: what happens when, and which alerts come of it, in their order. Metadata comes as late as the
 * test says.
 */

export const catalogue = createSyscallCatalogue();
export const ID = 'abcdef012345';
export const CGROUPS = [`cpuset=/docker/${ID.padEnd(64, '0')}`];
export const START = 1_700_000_000_000;

export type Step = readonly [
  milliseconds: number,
  what: 'open' | 'exit' | 'exec' | ContainerNotice,
  subject?: string,
];

/** What waited for its container when a run was killed, as that had written it down. */
type Left = string;

type RuleText = readonly [condition: string, output: string, priority?: string];

export function rulesOf(...rules: readonly RuleText[]): readonly Rule[] {
  const content = rules
    .map(
      ([condition, output, priority = 'INFO'], index) =>
        `- {rule: "${index}", desc: x, condition: '${condition}', output: '${output}', priority: ${priority}}\n`,
    )
    .join('');
  const { ruleSet, files } = loadRules([{ name: 'rules.yaml', content }], [catalogue]);
  assert.ok(ruleSet !== undefined, JSON.stringify(files[0].messages));
  return ruleSet.rules;
}

export const OPENS = 'evt.type = openat and container.id != host';
export const described = (image: string): ContainerNotice => ({
  name: 'container',
  text: containerJson({ ...createContainerInfo(ID), image, name: 'web' }),
});
export const missing: ContainerNotice = {
  name: 'seawall_container_missing',
  text: containerJson(createContainerInfo(ID)),
};

/** @returns the alerts in the order in which they came, each as "time of telling: message". */
export async function replay(
  rules: readonly Rule[],
  steps: readonly Step[],
  options: Partial<SectionsWatchOptions> & { readonly left?: readonly Left[] } = {},
): Promise<{ alerts: Alert[]; told: string[]; left: readonly Left[] }> {
  const alerts: Alert[] = [];
  const told: string[] = [];
  let now = 0;
  let left: readonly Left[] = [];
  const watch = createSectionsWatch({
    rules,
    ...plainWatchOptions,
    onAlert(alert) {
      alerts.push(alert);
      told.push(`${now}: ${alert.message}${alert.isIncomplete ? ' (incomplete)' : ''}`);
    },
    ...options,
  });
  async function* sections(): AsyncGenerator<CaptureSection> {
    yield { kind: 'header', majorVersion: 1, minorVersion: 2 };
    yield {
      kind: 'processes',
      processes: [exampleProcess(7, { comm: 'web', cgroups: CGROUPS }), exampleProcess(8, { comm: 'host' })],
    };
    let number = 0;
    for (const [milliseconds, what, subject = 'file'] of steps) {
      now = milliseconds;
      number += 1;
      const batch = encodeStep(milliseconds, what, subject, number);
      // As captures are read: into a Buffer, which is used again for what comes next.
      const bytes = Buffer.from(batch.bytes.buffer);
      yield { kind: 'events', batch: { ...batch, bytes } };
      bytes.fill(0xff);
    }
    now = Number.POSITIVE_INFINITY;
    left = [...watch.waiting.unwritten()].map(({ frozen, names }) => writeContext(frozen, names) as string);
  }
  for (const written of options.left ?? []) {
    const { frozen, rules: names } = readContext(written, watch.tables);
    watch.waiting.resume(frozen, names);
  }
  await watch.run(sections(), () => 0);
  return { alerts, told, left };
}

export function encodeStep(milliseconds: number, what: Step[1], subject: string, number: number) {
  const at = START + milliseconds;
  if (typeof what !== 'string') return encodeNotice(what, at, number);
  const head = { tid: subject === 'host' ? 8 : 7, time: BigInt(at) * 1_000_000n, number };
  if (what === 'exit') return encodeEvent('PROCEXIT_1_E', { status: 0 }, head);
  if (what === 'exec') {
    const program = { exe: subject, comm: subject, args: [], env: [], cwd: '', cgroups: CGROUPS };
    const ids = { tid: 7, pid: 7, ptid: 1, fdlimit: 1024, pgft_maj: 0, pgft_min: 0 };
    const memory = { vm_size: 0, vm_rss: 0, vm_swap: 0 };
    return encodeEvent('SYSCALL_EXECVE_19_X', { res: 0, ...program, ...ids, ...memory }, head);
  }
  return encodeEvent('SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: `/${subject}`, flags: 1 }, head);
}
