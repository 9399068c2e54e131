import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventTypes, leastCountByType, plainCountByType, readCapture, visitCapture } from '@seawall/events';
import { createInspector, processScopes } from '@seawall/inspector';
import type { Rule } from '@seawall/rules';
import { sharedCaptures, withoutShared } from '../../../../test/shared-captures.ts';
import { createAccounting } from '../accounting.ts';
import { plainWatchOptions, rulesOf } from '../testing/plain-watch.ts';
import { createCompiledMatcher } from './compiled-matcher.ts';
import { type CaptureReplay, replayCapture } from './replay-capture.ts';

const { catalogue } = plainWatchOptions;
const showArguments = catalogue.fields.get('evt.args')!.bind(undefined).extract;

/** The events that rules match, with the rules and all that the events' arguments say. */
async function matchesOf(rules: readonly Rule[], sections: CaptureReplay['sections']): Promise<string[]> {
  const told: string[] = [];
  await replayCapture({
    sections,
    inspector: createInspector(),
    matcher: createCompiledMatcher(rules, { catalogue, tracker: processScopes, isFirstOnly: false }),
    accounting: createAccounting(eventTypes.length),
    onMatches(context, matches, count) {
      const { number, type } = context.view;
      const names = [...matches.subarray(0, count)].map((rule) => rules[rule].name);
      told.push(`${number} ${eventTypes[type].symbol} ${showArguments(context)}: ${names}`);
    },
  });
  return told;
}

test('rules see of an event that lacks what later versions appended what converting it says', {
  skip: withoutShared,
}, async () => {
  // Types of which some events are shown before they are converted.
  const types = eventTypes.filter(({ id }) => leastCountByType[id] < plainCountByType[id]);
  const rules = rulesOf([
    ...types.flatMap(({ name, parameters }) => {
      const last = `evt.arg[${parameters.length - 1}]`;
      return [`evt.type = ${name} and ${last} exists`, `evt.type = ${name} and not ${last} exists`];
    }),
    'evt.type in (socket, fcntl, execve) and proc.name in (bash, curl)',
    'evt.type in (socket, fcntl, execve) and proc.name = nobody',
  ]);
  const seen = new Set<string>();
  for (const path of sharedCaptures()) {
    const visited = await matchesOf(rules, (visitor) => visitCapture(path, visitor));
    assert.deepEqual(visited, await matchesOf(rules, readCapture(path)), path);
    for (const text of visited) seen.add(text.split(' ', 2)[1]);
  }
  assert.ok(types.filter(({ symbol }) => seen.has(symbol)).length >= 3, [...seen].join());
});
