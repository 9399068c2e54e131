import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatenatePaths } from './path.ts';

const segment = fc.oneof(
  fc.constantFrom('', '.', '..', '...', '.a', 'a.', 'etc', 'x y', '\xe9'),
  fc.stringMatching(/^[a-z.]{1,6}$/),
);
const segments = fc.array(segment, { minLength: 1, maxLength: 8 });

test('an absolute path means what it means to the kernel, without a slash at its end', () => {
  fc.assert(
    fc.property(segments, (parts) => {
      const path = `/${parts.join('/')}`;
      assert.equal(concatenatePaths('/ignored/', path), posix.resolve(path));
    }),
  );
});

test('a relative path starts at the directory', () => {
  fc.assert(
    fc.property(segments, segments, (base, parts) => {
      const directory = posix.resolve(`/${base.join('/')}`);
      const path = parts.join('/');
      fc.pre(path !== '' && !path.startsWith('/'));
      const expected = posix.resolve(directory, path);
      assert.equal(concatenatePaths(directory === '/' ? '/' : `${directory}/`, path), expected);
    }),
  );
});

test('what is relative to an unknown directory keeps its mark', () => {
  assert.equal(concatenatePaths('<UNKNOWN>', 'a/b'), '<UNKNOWN>a/b');
  assert.equal(concatenatePaths('', 'a/../b'), 'b');
  assert.equal(concatenatePaths('./', 'a'), './a');
});

test('no path gives no path, whatever the directory', () => {
  assert.equal(concatenatePaths('/root/', ''), '');
});

test('a path beyond the limit of scap becomes a fixed text', () => {
  const tooLong = '/DIR_TOO_LONG/FILENAME_TOO_LONG';
  assert.equal(concatenatePaths('/a/', 'b'.repeat(1021)), tooLong);
  assert.equal(concatenatePaths('/a/', 'b'.repeat(1020)), `/a/${'b'.repeat(1020)}`);
});
