import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readConfiguration } from './read-configuration.ts';

let folder: string;
let path: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'seawall-configuration-'));
  path = join(folder, 'seawall.yaml');
});
after(() => rmSync(folder, { recursive: true }));

const refused: readonly (readonly [string, string, string])[] = [
  ['nothing', '', ':1:1: error: write keys and what they mean, such as rules: [rules]'],
  ['a list', '- rules', ':1:1: error: write keys and what they mean, such as rules: [rules]'],
  [
    'no rules',
    'node: a',
    ':1:1: error: rules is missing: write the rule files and folders of them, such as rules: [rules]',
  ],
  [
    'an empty list of rules',
    'rules: []',
    ':1:8: error: write the rule files and folders of them, such as rules: [rules]',
  ],
  [
    'a port that there isn’t',
    "rules: [rules]\nhttp: { listen: '127.0.0.1:99999' }",
    ':2:17: error: the last port is 65535',
  ],
  [
    'a port alone',
    'rules: [rules]\nhttp: { listen: 9764 }',
    ':2:17: error: write address and port: 127.0.0.1:9764',
  ],
  [
    'text for a number',
    'rules: [rules]\nlimits: { memoryMebibytes: lots }',
    ':2:28: error: write a number, not text',
  ],
  ['too little', 'rules: [rules]\nlimits: { memoryMebibytes: 1 }', ':2:28: error: the least is 128'],
  [
    'a fraction',
    'rules: [rules]\nlimits: { memoryMebibytes: 200.5 }',
    ':2:28: error: write a whole number, not a number with a fraction',
  ],
  [
    'text for keys',
    'rules: [rules]\nstore: seawall.db',
    ':2:8: error: write keys and what they mean, not text',
  ],
  ['nothing for keys', 'rules: [rules]\nstore:', ':2:7: error: write keys and what they mean, not nothing'],
  [
    'a value that is not one of a few',
    'rules: [rules]\npolicyMatching: some',
    ':2:17: error: write one of all, first',
  ],
  [
    'what is missing deep inside',
    'rules: [rules]\noutputs: { file_output: {} }',
    ':2:25: error: name the file that alerts are added to',
  ],
  [
    'a key that is missing and has no words of its own',
    'rules: [rules]\netcd: { endpoints: ["https://a:2379"], certificate: a, key: b }',
    ':2:7: error: authorities is missing: write text',
  ],
  [
    'a path that is none',
    'rules: [rules, 7]',
    ':1:16: error: write a path, or path and meaning: { path: old, meaning: 2017 }',
  ],
  [
    'a time that rules can not be of',
    'rules: [{ path: old, meaning: 2016 }]',
    ':1:31: error: write today or 2017',
  ],
  [
    'a key that rules have not',
    'rules: [{ path: old, meanings: 2017 }]',
    ':1:22: error: there is no meanings: is it meaning?',
  ],
  ['empty text', 'rules: [rules]\nnode: ""', ':2:7: error: it is empty'],
  [
    'a certificate without its key',
    "rules: [rules]\naudit: { listen: '127.0.0.1:1', certificate: a }",
    ':2:8: error: certificate and key belong together: write both',
  ],
  [
    'a client authority without TLS',
    "rules: [rules]\naudit: { listen: '127.0.0.1:1', clientAuthorities: a }",
    ':2:52: error: client certificates are shown over TLS: write certificate and key as well',
  ],
  [
    'names of clients whose certificates nobody looks at',
    "rules: [rules]\naudit: { listen: '127.0.0.1:1', clientNames: [a] }",
    ':2:46: error: names are those of client certificates: write clientAuthorities as well',
  ],
];

for (const [name, text, problem] of refused) {
  test(`${name} is refused with its place and what to write`, () => {
    writeFileSync(path, text);
    assert.throws(() => readConfiguration(path), {
      code: 'agent/CONFIGURATION_INVALID',
      message: `the configuration is wrong:\n${path}${problem}`,
    });
  });
}

test('a folder is no configuration, whatever lies in it', () => {
  writeFileSync(path, 'rules: [rules]');
  assert.throws(() => readConfiguration(folder), {
    code: 'agent/FILE_UNREADABLE',
    message: /it is a folder/,
  });
});

test('paths are seen from the folder of the configuration', () => {
  writeFileSync(
    path,
    "rules: [rules, { path: old, meaning: 2017 }, { path: /new }]\naudit: { listen: 'a:1', certificate: a, key: /b, clientAuthorities: c, token: { fromFile: d } }\nkubernetes: { kubeconfig: e }",
  );
  const { rules, audit, kubernetes } = readConfiguration(path);
  assert.deepEqual(kubernetes, { kubeconfig: join(folder, 'e'), policies: false });
  assert.deepEqual(rules, [
    { path: join(folder, 'rules'), meaning: 'today' },
    { path: join(folder, 'old'), meaning: '2017' },
    { path: '/new', meaning: 'today' },
  ]);
  assert.deepEqual(audit, {
    listen: 'a:1',
    certificate: join(folder, 'a'),
    key: '/b',
    clientAuthorities: join(folder, 'c'),
    token: { fromFile: join(folder, 'd') },
    maximumMebibytes: 16,
  });
});
