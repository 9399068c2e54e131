import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSecrets } from './secrets.ts';

test('secrets are read without the white space around them, and an empty one is said, not its value', () => {
  const files: Record<string, string> = { '/a': ' top secret\n', '/b': ' \n' };
  const secrets = createSecrets({ environment: { A: 'x' }, readFile: (path) => files[path]! });
  assert.equal(secrets.read({ fromFile: '/a' }), 'top secret');
  assert.throws(() => secrets.read({ fromFile: '/b' }), /the file \/b should hold a secret: it is empty/);
  assert.throws(
    () => secrets.read({ fromEnvironment: 'B' }),
    /variable B should hold a secret: it is not set/,
  );
});

test('a secret URL is hidden in its parts, its host is not', () => {
  const secrets = createSecrets({
    environment: { U: 'https://hooks.example.org/services/T0/B0/abcdefgh?k=12345678' },
  });
  secrets.read({ fromEnvironment: 'U' });
  const told = secrets.redact(
    'POST /services/T0/B0/abcdefgh to hooks.example.org: no_team abcdefgh 12345678',
  );
  assert.match(told, /hooks\.example\.org: no_team/);
  assert.doesNotMatch(told, /abcdefgh/);
});

test('whatever a secret is, what is told holds none of the forms in which receivers repeat it', () => {
  const environment: Record<string, string> = {};
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }), (secret) => {
      fc.pre(secret.trim().length >= 6);
      environment.S = secret;
      const secrets = createSecrets({ environment });
      const read = secrets.read({ fromEnvironment: 'S' });
      const forms = [
        read,
        encodeURIComponent(read),
        JSON.stringify(read),
        Buffer.from(read).toString('base64'),
      ];
      // Such a secret shows in what it is replaced by.
      fc.pre(!forms.some((form) => '[hidden]'.includes(form)));
      const told = secrets.redact(forms.map((form) => `<${form}>`).join(' '));
      for (const form of forms) assert.ok(!told.includes(form), `${told} holds ${form}`);
    }),
  );
});
