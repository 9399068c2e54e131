import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { applySetting, createWatchSettings } from './settings.ts';

function settingsAfter(...settings: string[]) {
  const result = createWatchSettings();
  for (const setting of settings) applySetting(result, setting);
  return result;
}

test('Falco’s settings are understood, with any number in brackets', () => {
  const settings = settingsAfter(
    'json_output=true',
    'json_include_tags_property=false',
    'rules[0].disable.rule=*',
    'rules[].enable.tag=a',
    'rule_matching=first',
    'syscall_event_drops.actions[0]=log',
    'syscall_event_drops.actions[1]=exit',
  );
  assert.equal(settings.isJson, true);
  assert.equal(settings.json.hasTags, false);
  assert.deepEqual(settings.selection, [
    { isEnabled: false, by: 'wildcard', text: '*' },
    { isEnabled: true, by: 'tag', tags: ['a'] },
  ]);
  assert.equal(settings.ruleMatching, 'first');
  assert.deepEqual(settings.drops.actions, ['log', 'exit']);
});

test('names and values that make no sense are refused, with what would', () => {
  const isError = (code: string, part: string) => (error: unknown) =>
    isSeawallError(error, `cli/${code}`) && error.message.includes(part);
  assert.throws(() => settingsAfter('colour=true'), isError('SETTING_UNKNOWN', 'json_output'));
  assert.throws(() => settingsAfter('json_output=maybe'), isError('SETTING_INVALID', 'true or false'));
  assert.throws(() => settingsAfter('rule_matching=last'), isError('SETTING_INVALID', 'all or first'));
  assert.throws(() => settingsAfter('json_output'), isError('SETTING_INVALID', 'json_output=VALUE'));
  assert.throws(
    () => settingsAfter('syscall_event_drops.threshold=much'),
    isError('SETTING_INVALID', 'number'),
  );
});
