import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');

/** A fenced block of a page: its language, the words after it, its text, and where it starts. */
interface Fence {
  readonly language: string;
  readonly options: ReadonlyMap<string, string>;
  readonly text: string;
  readonly line: number;
}

function fencesOf(page: string): Fence[] {
  const fences: Fence[] = [];
  const lines = page.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const opening = /^```(\w+)(.*)$/.exec(lines[index]);
    if (opening === null) continue;
    const end = lines.indexOf('```', index + 1);
    assert.notEqual(end, -1, `the fence opened in line ${index + 1} is never closed`);
    const words = opening[2].trim().split(/\s+/).filter(Boolean);
    fences.push({
      language: opening[1],
      options: new Map(words.map((word) => word.split('=', 2) as [string, string])),
      text: lines.slice(index + 1, end).join('\n'),
      line: index + 1,
    });
    index = end;
  }
  return fences;
}

/** A folder that looks like the checkout from inside, in which commands may write what they like. */
function createScratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-documentation-'));
  for (const name of ['seawall', 'examples', 'rules', 'packages']) {
    if (existsSync(join(root, name))) symlinkSync(join(root, name), join(folder, name));
  }
  return folder;
}

const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })].filter((page) =>
  existsSync(join(root, page)),
);

// In a page, ```sh is run (```sh exit=1 where the command is meant to report something); ```console shows a
// session that needs more than a checkout (a cluster, a running etcd) and is not run; ```yaml is loaded as rules.
for (const page of pages) {
  const fences = fencesOf(readFileSync(join(root, page), 'utf8'));

  test(`every command in ${page} runs as shown`, (context) => {
    const commands = fences.filter(({ language }) => language === 'sh');
    context.diagnostic(`${commands.length} blocks`);
    const scratch = createScratch();
    try {
      for (const { text, line, options } of commands) {
        const { status, stderr, stdout } = spawnSync('bash', ['-euo', 'pipefail', '-c', text], {
          cwd: scratch,
          encoding: 'utf8',
          timeout: 120_000,
        });
        const expected = Number(options.get('exit') ?? 0);
        assert.equal(
          status,
          expected,
          `${page}:${line}: exit code ${status}\n${text}\n${stdout.slice(-2000)}${stderr.slice(-2000)}`,
        );
      }
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  test(`every rule file in ${page} loads`, () => {
    const ruleFiles = fences.filter(
      ({ language, text }) => language === 'yaml' && /^- (rule|macro|list):/m.test(text),
    );
    const scratch = createScratch();
    try {
      for (const { text, line } of ruleFiles) {
        writeFileSync(join(scratch, 'shown.yaml'), text);
        const { status, stdout, stderr } = spawnSync('./seawall', ['rules', 'check', 'shown.yaml'], {
          cwd: scratch,
          encoding: 'utf8',
        });
        assert.equal(status, 0, `${page}:${line}: ${stdout}${stderr}`);
      }
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
}
