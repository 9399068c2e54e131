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
    "rules: [rules]\naudit: { listen: 'a:1', certificate: a, key: /b, clientAuthorities: c, token: { fromFile: d } }",
  );
  const { rules, audit } = readConfiguration(path);
  assert.deepEqual(rules, [join(folder, 'rules')]);
  assert.deepEqual(audit, {
    listen: 'a:1',
    certificate: join(folder, 'a'),
    key: '/b',
    clientAuthorities: join(folder, 'c'),
    token: { fromFile: join(folder, 'd') },
    maximumMebibytes: 16,
  });
});
