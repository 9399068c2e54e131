import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTestSource, INIT } from '../testing/source.ts';
import { createSyscallCatalogue } from './catalogue.ts';

const DIRECTORY = 1 << 10;
const SHARED_WORDS = ['a', 'ab', 'etc', '.', '..', ''];

test('what the parts of a path are ruled out by, they are none of', () => {
  const { fields } = createSyscallCatalogue();
  const source = createTestSource();
  source.thread(INIT);
  source.thread({ tid: 10, cwd: '/a' });
  const path = fc.array(fc.constantFrom(...SHARED_WORDS), { minLength: 1, maxLength: 4 });
  const constant = fc.oneof(
    fc.constantFrom(...SHARED_WORDS, '/'),
    path.map((words) => `/${words.join('/')}`),
  );
  const opened = fc.record({
    name: fc.tuple(fc.constantFrom('', '/'), path).map(([start, words]) => start + words.join('/')),
    flags: fc.constantFrom(1, DIRECTORY),
    fd: fc.constantFrom(3, 3, 3, -2),
  });
  const seen = { ruledOut: 0, equal: 0 };
  fc.assert(
    fc.property(opened, fc.array(constant, { maxLength: 4 }), (values, constants) => {
      source.event(10, 'SYSCALL_OPENAT_2_X', { dirfd: -100, ...values });
      for (const name of ['fd.directory', 'fd.filename']) {
        const { ruleOut, extract } = fields.get(name)!.bind(undefined);
        const value = extract(source.context);
        const isEqual = constants.includes(value as string);
        const isRuledOut = ruleOut!.createLook(constants)?.(source.context) === true;
        assert.ok(!(isEqual && isRuledOut), `${name} is ${value}`);
        const path = fields.get(ruleOut!.by)!.bind(undefined).extract(source.context);
        if (value !== undefined) {
          assert.ok(ruleOut!.possibleFor(path as string).includes(value as string), `${name} of ${path}`);
        }
        seen.equal += Number(isEqual);
        seen.ruledOut += Number(isRuledOut);
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(seen.ruledOut > 1000 && seen.equal > 50, JSON.stringify(seen));
});
