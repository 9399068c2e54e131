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
