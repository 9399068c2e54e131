import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { unifiedDiff } from './diff.ts';

const hasPatch = spawnSync('patch', ['--version']).status === 0;

test('patch makes the second text from the first, whatever they are', {
  skip: hasPatch ? false : 'patch is not installed',
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-diff-'));
  const line = fc.constantFrom('a', 'b', 'c', '', '- item', '+x');
  const text = fc
    .tuple(fc.array(line, { minLength: 1, maxLength: 30 }), fc.boolean())
    .map(([lines, hasEnd]) => lines.join('\n') + (hasEnd ? '\n' : 'end'));
  try {
    fc.assert(
      fc.property(text, text, (before, after) => {
        writeFileSync(join(folder, 'f'), before);
        const diff = unifiedDiff('/f', before, after);
        if (diff === '') return before === after;
        const result = spawnSync('patch', ['-s', '-p1', '-d', folder], { input: diff, encoding: 'utf8' });
        assert.equal(result.status, 0, `${result.stdout}${result.stderr}\n${diff}`);
        return readFileSync(join(folder, 'f'), 'utf8') === after;
      }),
      { numRuns: 60 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
