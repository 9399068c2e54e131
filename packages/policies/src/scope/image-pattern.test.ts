import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imagePatternProblem } from './image-pattern.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

test('everything that stands for some image is an image pattern', () => {
  const patterns = [
    ...[
      'etcd',
      'etcd:3.5*',
      'quay.io/coreos/etcd',
      'gcr.io/*',
      '*',
      '*:latest',
      '**/etcd',
      'g?r.io/a_b/c--d',
    ],
    ...['localhost:5000/a', 'Registry.Local:5000/a/b:V1.0-RC', '[::1]:5000/a:1', '*/Any*'],
    ...[
      digest,
      `etcd@${digest}`,
      `etcd:3@${digest}`,
      '*@sha256:*',
      'a@*',
      'a@sha256:ab*',
      'sha256:*',
      `a@sha512:${'0'.repeat(128)}`,
    ],
  ];
  for (const pattern of patterns) assert.equal(imagePatternProblem(pattern), undefined, pattern);
});

test('what no image can be is told', () => {
  const wrong = [
    ...['@@', 'x@sha256:zz', 'a b', '/a', 'a/', 'a//b', ':3', 'a:', 'a:b:c', 'Etcd', 'a@', 'a@md5:00', 'ä'],
    ...[`${digest}0`, `a@${digest.toUpperCase()}`, `sha256:*${'0'.repeat(65)}`, '@*'],
  ];
  for (const pattern of wrong) assert.equal(typeof imagePatternProblem(pattern), 'string', pattern);
});
