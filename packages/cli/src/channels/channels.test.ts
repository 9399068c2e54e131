import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { listenWithTest } from '@seawall/base/testing';
import { testEntry } from '@seawall/policies';
import { openStore } from '@seawall/store';
import { timeText } from '../findings/finding-text.ts';
import { type RanHere, runHere } from '../testing/run-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-channels-'));
const bodies: string[] = [];
let status = 200;
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  bodies.push(body);
  response.statusCode = status;
  response.end(`${request.url} ${body}`);
});
const port = await listenWithTest(server);
after(() => {
  rmSync(folder, { recursive: true });
});

const config = join(folder, 'seawall.yaml');
const storePath = join(folder, 'seawall.db');
writeFileSync(config, `rules: [rules]\npolicies: [policies.yaml]\nstore: { path: seawall.db }\n`);
writeFileSync(
  join(folder, 'policies.yaml'),
  `apiVersion: seawall.dev/v1alpha1
kind: NotificationChannel
metadata: { name: oncall }
spec:
  slack:
    url: { fromEnvironment: SLACK_URL }
  routing:
    minimumSeverity: medium
    namespaces: [kube-*]
`,
);
const environment = { SLACK_URL: `http://127.0.0.1:${port}/services/T0/B0/supersecret` };

function channels(...words: readonly string[]): Promise<RanHere> {
  return runHere(['channels', ...words, '--config', config], environment);
}

test('channels are listed with what they take, also before there is a store', async () => {
  const { code, output } = await channels('list');
  assert.equal(code, 0);
  assert.match(
    output,
    /^NAME +KIND +TAKES +WAITING +DEAD\noncall +slack +minimumSeverity=medium namespaces=kube-\* +- +-\n$/,
  );
  assert.deepEqual(JSON.parse((await channels('list', '--output', 'json')).output), [
    {
      ...{ name: 'oncall', kind: 'slack', takes: 'minimumSeverity=medium namespaces=kube-*' },
      ...{ waiting: null, dead: null },
    },
  ]);
});

test('a test message arrives, or it is said why not, without the secret', async () => {
  const sent = await channels('test', 'oncall');
  assert.deepEqual([sent.code, sent.output], [0, 'oncall took the test message\n']);
  assert.match(bodies.at(-1)!, /Seawall: test of the channel oncall/);
  status = 404;
  const refused = await channels('test', 'oncall');
  assert.equal(refused.code, 1);
  assert.match(
    refused.output,
    /oncall did not take the test message: 127\.0\.0\.1:\d+ answered 404: \[hidden\]/,
  );
  assert.doesNotMatch(JSON.stringify(refused), /supersecret/);
  const unknown = await channels('test', 'nobody');
  assert.equal(unknown.code, 2);
  assert.match(unknown.errors, /there is no channel nobody; there are: oncall/);
});

test('dead letters are shown and sent again', async () => {
  const store = openStore({ path: storePath });
  await store.commit({
    outbox: [testEntry('oncall', 1_795_296_716_000), testEntry('oncall', 1_795_296_717_000)],
  });
  const [first] = await store.dueOutbox('oncall', 2n ** 62n, 10);
  await store.settle(first!.id, { kind: 'dead', error: 'refused for good: answered 404' });
  await store.close();

  const shown = await channels('outbox', '--state', 'dead');
  assert.match(
    shown.output,
    /oncall +dead .* 1 +Seawall: test of the channel oncall +refused for good: answered 404\n$/,
  );
  assert.ok(shown.output.includes(`  ${timeText(first!.created)}  `), shown.output);
  assert.match((await channels('list')).output, / +1 +1\n$/);
  assert.equal((await channels('resend')).code, 2);
  const resent = await channels('resend', String(first!.id));
  assert.deepEqual([resent.code, resent.output], [0, '1 dead letter on the way again\n']);
  const after = JSON.parse((await channels('outbox', '--output', 'json')).output) as { state: string }[];
  assert.deepEqual(
    after.map(({ state }) => state),
    ['waiting', 'waiting'],
  );
  assert.equal((await channels('resend', '--all', '--output', 'json')).output, '{\n  "resent": 0\n}\n');
});

test('a dead letter or a channel that there is none of is told, and nothing is sent again', async () => {
  const store = openStore({ path: storePath });
  await store.commit({ outbox: [testEntry('former', 1_795_296_718_000)] });
  const [letter] = await store.dueOutbox('former', 2n ** 62n, 10);
  await store.settle(letter!.id, { kind: 'dead', error: 'answered 404' });
  await store.close();
  const [dead, waiting] = [String(letter!.id), String(letter!.id - 1)];

  const absent = await channels('resend', dead, waiting, '999999');
  assert.deepEqual([absent.code, absent.output], [3, '']);
  assert.match(absent.errors, new RegExp(`no dead letter ${waiting}, 999999,.* channels outbox`));
  const unknown = await channels('resend', '--channel', 'nope');
  assert.deepEqual([unknown.code, unknown.output], [2, '']);
  assert.match(unknown.errors, /there is no channel nope; there are: oncall/);
  assert.equal((await channels('outbox', '--channel', 'nope')).code, 2);
  assert.equal((await channels('resend', dead, '--channel', 'oncall')).code, 3);

  const none = await channels('resend', '--channel', 'oncall');
  assert.deepEqual([none.code, none.output], [0, '0 dead letters on the way again\n']);
  const former = await channels('resend', '--channel', 'former');
  assert.deepEqual([former.code, former.output], [0, '1 dead letter on the way again\n']);
});

test('what is wrong with channels is told with its place', async () => {
  const broken = join(folder, 'broken.yaml');
  writeFileSync(broken, `rules: [rules]\npolicies: [wrong.yaml]\n`);
  writeFileSync(
    join(folder, 'wrong.yaml'),
    `apiVersion: seawall.dev/v1alpha1
kind: NotificationChannel
metadata: { name: oncall }
spec:
  slack:
    url: https://hooks.slack.com/services/T0/B0/supersecret
`,
  );
  const listed = await runHere(['channels', 'list', '--config', broken], environment);
  assert.equal(listed.code, 1);
  assert.match(listed.errors, /wrong\.yaml:6:\d+: error: .*fromFile/);
  assert.doesNotMatch(listed.output + listed.errors, /supersecret/);
});
