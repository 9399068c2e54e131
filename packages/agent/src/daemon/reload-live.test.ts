import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '@seawall/base/testing';
import { probeSupport } from '@seawall/probe';
import { root, settings, start, withStore } from './testing.ts';

const support = probeSupport();
const skip = support.isSupported ? false : `SKIPPED: ${support.reason}`;

function ruleAbout(verb: string): string {
  return `
- rule: Somebody did ${verb}
  desc: Somebody did something to a pod.
  condition: ka.verb = ${verb} and ka.target.resource = pods
  output: done by %ka.user.name
  priority: WARNING
  source: k8s_audit
`;
}

test('what the API server sends is judged by the rules that were taken over last', { skip }, async () => {
  const path = settings('audit', { 'pods.yaml': ruleAbout('create') }, [
    'rules: [pods.yaml]',
    "audit: { listen: '127.0.0.1:0' }",
    'watchFiles: false',
  ]);
  let isWatching = false;
  const agent = await start(path, [], () => {
    isWatching = true;
  });
  await until(() => isWatching);
  const post = (verb: string): Promise<Response> =>
    fetch(agent.auditUrl!, {
      method: 'POST',
      body: JSON.stringify({
        ...{ kind: 'Event', auditID: verb, stage: 'ResponseComplete', verb, user: { username: 'eve' } },
        ...{ objectRef: { resource: 'pods', namespace: 'shop', name: 'web-0' } },
        stageTimestamp: '2026-11-21T21:31:46.5Z',
      }),
    });
  writeFileSync(join(root, 'pods.yaml'), ruleAbout('delete'));
  assert.equal((await agent.reload()).kind, 'taken');
  for (const verb of ['create', 'delete']) assert.equal((await post(verb)).status, 200);
  await agent.stop();
  const { items } = await withStore('audit', (store) => store.groups({}, { limit: 9 }));
  assert.deepEqual(
    items.map(({ rule }) => rule),
    ['Somebody did delete'],
  );
});
