import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { notificationChannelSpec } from './channel.ts';

const url = { fromFile: '/etc/seawall/slack-url' };

function problemsOf(spec: unknown): string[] {
  const { error } = notificationChannelSpec.safeParse(spec);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('a short channel gets every default', () => {
  const spec = notificationChannelSpec.parse({ slack: { url } });
  assert.deepEqual(spec.rateLimit, { messages: 20, per: '10m' });
  assert.equal(spec.digestEvery, '10m');
  assert.equal(spec.retry.maximumAge, '24h');
  assert.equal(spec.proxy, 'environment');
});

test('a channel is of exactly one kind', () => {
  assert.match(problemsOf({})[0]!, /exactly one of email, slack/);
  assert.match(problemsOf({ slack: { url }, webhook: { url } })[0]!, /exactly one/);
});

test('a secret that is written down is refused, and the refusal does not repeat it', () => {
  for (const spec of [
    { slack: { url: 'https://hooks.slack.com/services/T0/B0/s3cr3t' } },
    { pagerDuty: { routingKey: 's3cr3t' } },
    { webhook: { url: 'https://user:s3cr3t@example.org/' } },
  ]) {
    const problems = problemsOf(spec).join();
    assert.match(problems, /fromFile/);
    assert.doesNotMatch(problems, /s3cr3t/);
  }
});

test('a password never goes without TLS, nor without a user', () => {
  const mail = { host: 'localhost', from: 'a@example.org', to: ['b@example.org'] };
  const password = { fromEnvironment: 'MAIL_PASSWORD' };
  assert.deepEqual(problemsOf({ email: { ...mail, security: 'none' } }), []);
  assert.match(problemsOf({ email: { ...mail, security: 'none', user: 'u', password } })[0]!, /readable/);
  assert.match(problemsOf({ email: { ...mail, password } })[0]!, /go together/);
});

test('templates are checked when they are loaded', () => {
  const webhook = { url: 'https://example.org/', body: { text: ['{{ outptu }}'] } };
  assert.match(problemsOf({ webhook })[0]!, /there is no \{\{ outptu \}\}; known are kind, title/);
  assert.deepEqual(problemsOf({ webhook: { ...webhook, body: { text: ['{{output}}'] } } }), []);
});

test('a name that no header can have is told, with what one holds', () => {
  const webhook = { url: 'https://example.org/', headers: { 'X-Rule': '{{rule}}', 'a b': 'c', '': 'd' } };
  const [first, second] = problemsOf({ webhook });
  assert.match(first!, /"a b" is no name of a header: write letters, digits and any of .*without spaces/);
  assert.match(second!, /"" is no name of a header/);
  assert.match(problemsOf({ webhook: { ...webhook, headers: 'x' } })[0]!, /expected record/);
});

test('names of keys, durations, time zones and times of day are checked', () => {
  assert.match(problemsOf({ slack: { url, chanel: 'x' } })[0]!, /chanel/);
  assert.match(problemsOf({ slack: { url }, digestEvery: '1 hour' })[0]!, /24h/);
  const quiet = { from: '22:00', to: '07:00', timeZone: 'Europe/Zurich' };
  assert.deepEqual(problemsOf({ slack: { url }, quietHours: [quiet] }), []);
  assert.match(problemsOf({ slack: { url }, quietHours: [{ ...quiet, timeZone: 'Mars' }] })[0]!, /time zone/);
  assert.match(problemsOf({ slack: { url }, quietHours: [{ ...quiet, from: '25:00' }] })[0]!, /time of day/);
});

test('it can be published as a JSON Schema', () => {
  const schema = z.toJSONSchema(notificationChannelSpec, { io: 'input' }) as {
    properties: Record<string, unknown>;
  };
  assert.ok('pagerDuty' in schema.properties);
});
