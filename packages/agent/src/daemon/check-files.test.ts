import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { agentConfiguration } from '../configuration/configuration.ts';
import { checkFiles } from './check-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-check-'));
after(() => rmSync(folder, { recursive: true }));
const there = join(folder, 'there');
writeFileSync(there, '');
const none = join(folder, 'none');
const endpoints = ['https://127.0.0.1:2379'];

const cases: readonly (readonly [string, object, RegExp | undefined])[] = [
  ['nothing', {}, undefined],
  ['a recording', { source: { capture: there } }, undefined],
  ['a recording that is not there', { source: { capture: none } }, /none can not be read/],
  ['containers that are not there', { source: { capture: there, containers: none } }, /none can not be read/],
  [
    'a key that is not there',
    { etcd: { endpoints, authorities: there, certificate: there, key: none } },
    /none can not be read/,
  ],
  [
    'a token that is empty',
    { audit: { listen: '127.0.0.1:1', token: { fromFile: there } } },
    /holds no token/,
  ],
];

for (const [name, settings, problem] of cases) {
  test(`a configuration that names ${name} is ${problem === undefined ? 'fine' : 'told of'}`, () => {
    const configuration = agentConfiguration.parse({ rules: ['rules'], ...settings });
    if (problem === undefined) checkFiles(configuration);
    else assert.throws(() => checkFiles(configuration), { message: problem });
  });
}
