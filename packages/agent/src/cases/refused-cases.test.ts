import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import { loadRules } from '@seawall/rules';
import { createCaseRunner } from './case-runner.ts';
import { readCaseFile } from './read-case-file.ts';

const syscallCatalogue = createSyscallCatalogue();
const auditCatalogue = createAuditCatalogue();
const rules = `- rule: Program
  desc: d
  condition: evt.type = execve
  output: "%proc.cmdline"
  priority: INFO
`;

let folder: string;
let path: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'seawall-cases-'));
  path = join(folder, 'x.test.yaml');
});
after(() => rmSync(folder, { recursive: true }));

async function play(text: string): Promise<readonly string[]> {
  writeFileSync(path, text);
  const { ruleSet } = loadRules([{ name: 'r.yaml', content: rules }], [syscallCatalogue, auditCatalogue]);
  const runner = createCaseRunner({ ruleSet: ruleSet!, syscallCatalogue, auditCatalogue });
  const mismatches: string[] = [];
  for (const ruleCase of readCaseFile(path).cases)
    mismatches.push(...(await runner.run(ruleCase)).mismatches);
  return mismatches;
}

/** A file of one case. */
function oneCase(step: string, process = 'app: {exe: /app}', expect = 'none'): string {
  return `processes:\n  ${process}\ncases:\n  - name: x\n    given:\n      - ${step}\n    expect: ${expect}\n`;
}

const zeros = '[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]';
const repeat = (alias: string) => `[${Array(10).fill(alias).join(', ')}]`;

const caseOf = (keys: string) => `cases:\n  - {name: x, ${keys}}\n`;

const refused: readonly (readonly [string, string, RegExp])[] = [
  [
    'processes that are their own parents',
    oneCase('a: execve', 'a: {exe: /a, parent: b}\n  b: {exe: /b, parent: a}'),
    /:5: x: a is among its own parents$/,
  ],
  [
    'a key that there isn’t',
    'bogus: 1\n',
    /x\.test\.yaml:1:1: there is no bogus: known are rules, include, rule, /,
  ],
  ['a misspelt key of a case', caseOf('given: [], expct: none'), /:2:26: there is no expct: is it expect\?$/],
  [
    'a misspelt key of a capture',
    caseOf('given: {capture: {file: a, metdata: b}}, expect: none'),
    /:2:42: there is no metdata: is it metadata\?$/,
  ],
  ['a missing program', 'processes:\n  a: {args: x}\n', /:2:6: exe is missing: write text$/],
  [
    'an expectation in other words',
    caseOf('given: [], expect: maybe'),
    /:2:34: write under expect none, alert, or a list of the alerts that are expected$/,
  ],
  [
    'steps that are no list',
    caseOf('given: 3, expect: none'),
    /:2:22: write under given a list of steps, or \{capture/,
  ],
  ['a list that is none', 'cases: {}\n', /:1:8: write a list, not keys and what they mean$/],
  ['no alert at all as expected', caseOf('given: [], expect: [{times: 0}]'), /:2:43: the least is 1$/],
  [
    'aliases that multiply',
    `cases: []\nx: [&a ${zeros}, &b ${repeat('*a')}, &c ${repeat('*b')}, ${repeat('*c')}]\n`,
    /:1:1: this is no YAML: Excessive alias count/,
  ],
  [
    'an alias inside of what it names',
    oneCase('audit: &w {verb: get, requestObject: *w}'),
    /:6:46: \*w stands inside of what it names$/,
  ],
  ['a merge of what is no map', oneCase('app: {<<: 5}'), /:1:1: this is no YAML: Merge sources must be maps/],
  [
    'a field that there isn’t',
    oneCase('app: execve', undefined, '[{fields: {proc.nme: x}}]'),
    /:4: x: proc\.nme is expected: .*did you mean 'proc\.name'/,
  ],
  [
    'a port that there isn’t',
    oneCase('app: {connect: "10.0.0.1:99999"}'),
    /:4: x: 10\.0\.0\.1:99999 is no address/,
  ],
  [
    'a capability named like what every object has',
    oneCase('app: execve', 'app: {exe: /app, capabilities: [constructor]}'),
    /:4: x: there is no capability constructor/,
  ],
  [
    'a protocol named like what every object has',
    oneCase('app: {connect: {to: "10.0.0.1:9", protocol: constructor}}'),
    /:4: x: protocols are tcp/,
  ],
  ['a number that is no integer', oneCase('app: {openat: {path: /x, mode: 0.5}}'), /:4: x: openat: .*0\.5/],
  [
    'a number for what is no integer',
    oneCase('app: {poll: {fds: 5}}'),
    /:4: x: poll: a parameter of type fdlist/,
  ],
  [
    'a path too long for an event',
    oneCase(`app: {mkdir: ${'x'.repeat(70_000)}}`),
    /:4: x: path is longer than/,
  ],
  [
    'a wait of ages',
    oneCase('wait: 99999999999999h'),
    /:4: x: 99999999999999h is longer than a case can take/,
  ],
  [
    'metadata that isn’t there',
    'cases:\n  - {name: x, given: {capture: {file: a.scap, metadata: nothere.json}}, expect: none}\n',
    /:2: x: the metadata .*nothere\.json can not be read: ENOENT/,
  ],
];

for (const [name, text, problem] of refused) {
  test(`${name} is refused with its place`, async () => {
    await assert.rejects(play(text), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'agent/CASES_INVALID', error.stack);
      assert.match(error.message, problem);
      return true;
    });
  });
}

test('arguments of a step are a list or one text, as in the cast', async () => {
  const process = 'app: {exe: /bin/ls}';
  for (const args of ['-l /x', '[-l, /x]']) {
    const expect = '[{output: ls -l /x, times: 1}]';
    assert.deepEqual(await play(oneCase(`app: {execve: {args: ${args}}}`, process, expect)), []);
  }
});

test('texts outside of ASCII are expected as they are written', async () => {
  const process = 'app: {exe: /bin/grün, args: ["€"]}';
  const expect = '[{output: grün €, fields: {proc.name: grün, proc.args: "€"}, times: 1}]';
  assert.deepEqual(await play(oneCase('app: execve', process, expect)), []);
});

test('placeholders named like what every object has stay as they are', async () => {
  const unknown = ['$', '{constructor}'].join('');
  const text = oneCase(`app: {execve: {args: "${unknown}"}}`, undefined, `[{output: "${unknown}"}]`);
  assert.deepEqual(await play(text.replace('given:', 'each: [{a: b}]\n    given:')), []);
});
