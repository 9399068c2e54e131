import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadPolicyFiles } from '../policy/load.ts';
import { notificationChannelSpec } from './channel.ts';
import { templateNames } from './template.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/channels.md'), 'utf8');

test('every channel in docs/channels.md loads', () => {
  const examples = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text]) => text as string);
  assert.ok(examples.length >= 2);
  for (const text of examples) {
    const { channels, diagnostics } = loadPolicyFiles([{ path: 'docs/channels.md', text }]);
    assert.deepEqual(diagnostics, []);
    assert.equal(channels.length, 1);
  }
});

test('docs/channels.md names every setting, its default, and every placeholder', () => {
  for (const [name, meaning] of Object.entries(templateNames)) {
    assert.ok(page.includes(`| \`{{${name}}}\` | ${meaning} |`), name);
  }
  for (const name of Object.keys(notificationChannelSpec.shape)) {
    assert.match(page, new RegExp(`^\\| \`${name}\` \\|`, 'm'), name);
  }
  const spec = notificationChannelSpec.parse({ slack: { url: { fromFile: '/x' } } });
  const { messages, per } = spec.rateLimit;
  assert.ok(page.includes(`| \`rateLimit\` | ${messages} messages per ${per} |`));
  for (const [name, value] of Object.entries(spec.retry))
    assert.ok(page.includes(`\`${name}: ${value}\``), name);
  for (const name of ['digestEvery', 'summaryEvery'] as const) {
    assert.ok(page.includes(`| \`${name}\` | ${spec[name]} |`), name);
  }
});
