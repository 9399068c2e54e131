import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { killWithTest } from '@seawall/base/testing';
import { probeSupport } from '@seawall/probe';
import { loadRules, type Rule } from '@seawall/rules';
import { defaultDropPolicy } from '../drops.ts';
import { plainWatchOptions } from '../testing/plain-watch.ts';
import { createLiveWatch, type LiveWatch } from './watch-live.ts';

const support = probeSupport();
const skip = support.isSupported ? false : support.reason;
const RELOADS = 300;

/** Sets that ask the kernel for different things: of other calls, of closes, of files in the tables. */
const OTHERS = [
  'evt.type = mkdir and fd.name = nowhere',
  'evt.type = close and fd.type = file and fd.name = nowhere',
  'evt.type in (dup, dup2, dup3) and fd.name = nowhere',
  'evt.type = ptrace',
];

function rulesOf(mark: string, number: number): readonly Rule[] {
  const rule = (name: string, condition: string): string =>
    `- rule: ${name}\n  desc: x\n  condition: ${condition}\n  output: "%fd.name"\n  priority: INFO\n`;
  const content =
    rule(`Set ${number}`, `evt.type in (open, openat) and fd.num >= 0 and fd.name startswith ${mark}`) +
    rule(`Other ${number}`, OTHERS[number % OTHERS.length]);
  const { ruleSet, files } = loadRules([{ name: 'rules.yaml', content }], [plainWatchOptions.catalogue]);
  assert.ok(ruleSet !== undefined, JSON.stringify(files[0].messages));
  return ruleSet.rules;
}

test(`while rules are replaced ${RELOADS} times under load, no event is lost and none meets two sets`, {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-reload-'));
  const mark = join(folder, 'mark-');
  for (let file = 0; file < 10; file += 1) writeFileSync(`${mark}${file}`, '');
  try {
    const { accounting, firing, seen, opened } = await reloadUnderLoad(mark);
    assert.equal(accounting.dropped, 0);
    assert.equal(accounting.seen, accounting.evaluated + accounting.filtered);
    assert.ok(firing.size > 4, [...firing].join());
    // The trap runs between two turns: the shell may have opened once more than it counted.
    assert.ok(opened > 1000 && (seen === opened || seen === opened + 1), `${opened} opened, ${seen} seen`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Opens the marked files in turn while rules are replaced: how often that was seen, and by which rules. */
async function reloadUnderLoad(mark: string) {
  const sets = Array.from({ length: 8 }, (_, number) => rulesOf(mark, number));
  const controller = new AbortController();
  const firing = new Set<string>();
  let seen = 0;
  let reloads = 0;
  let opened = 0;

  /** Ends when all rules were replaced; the script prints how often it opened. */
  function openWhile(watch: LiveWatch): void {
    const script = `trap 'echo $i; exit' TERM; i=0; while :; do : < ${mark}$((i % 10)); i=$((i+1)); [ $((i % 50)) = 0 ] && sleep 0.01; done`;
    const child = killWithTest(spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] }));
    child.stdout.on('data', (text: Buffer) => {
      opened = Number(text.toString());
    });
    child.on('close', () => controller.abort());
    const replace = (): void => {
      reloads += 1;
      watch.replaceRules(sets[reloads % sets.length]);
      if (reloads < RELOADS) setImmediate(() => setTimeout(replace, 0));
      else child.kill('SIGTERM');
    };
    replace();
  }

  const watch = createLiveWatch({
    ...plainWatchOptions,
    rules: sets[0],
    drops: { ...defaultDropPolicy, actions: ['ignore'] },
    ringBytes: 32 * 1024 * 1024,
    signal: controller.signal,
    onAlert({ rule }) {
      seen += 1;
      firing.add(rule);
    },
    onStart: () => setTimeout(() => openWhile(watch), 1500),
  });
  await watch.run();
  const { accounting } = watch.report();
  return { accounting, firing, seen, opened };
}
