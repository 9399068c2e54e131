import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSyscallCatalogue, type EventContext, hostContainer } from '@seawall/inspector';
import { bindCondition, interpret, parseCondition } from '@seawall/rules';
import fc from 'fast-check';
import { verdictOf } from './verdict.ts';

const catalogue = createSyscallCatalogue();

const context = {
  container: undefined,
  process: { containerId: 'abc', comm: 'sh' },
} as unknown as EventContext;
const described = (image: string) =>
  ({ ...context, container: { ...hostContainer, id: 'abc', image } }) as unknown as EventContext;

function verdict(condition: string): boolean | undefined {
  return verdictOf(bindCondition(parseCondition(condition), catalogue))(context);
}

test('what does not ask for the description is known, the id of the container too', () => {
  assert.equal(verdict('proc.name = sh'), true);
  assert.equal(verdict('container.id = abc'), true);
  assert.equal(verdict('container.id = host'), false);
});

test('what asks for it is unknown, also inside of transformers and on the right side', () => {
  for (const condition of [
    'container.image = web',
    'container.name exists',
    'k8s.ns.name = shop',
    'toupper(container.image) = WEB',
    'proc.name = val(container.name)',
  ]) {
    assert.equal(verdict(condition), undefined, condition);
    assert.equal(verdict(`not ${condition}`), undefined, condition);
  }
});

test('unknown decides nothing, and is decided by what is known', () => {
  assert.equal(verdict('container.image = web and proc.name = bash'), false);
  assert.equal(verdict('container.image = web and proc.name = sh'), undefined);
  assert.equal(verdict('container.image = web or proc.name = sh'), true);
  assert.equal(verdict('container.image = web or proc.name = bash'), undefined);
});

test('a known verdict is the one that any description gives; an unknown one, of two that differ, none', () => {
  const leaf = fc.constantFrom(
    'proc.name = sh',
    'proc.name = bash',
    'container.image = a',
    'container.image = b',
    'container.id = abc',
  );
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      tie('tree').map((inner) => `not (${inner})`),
      fc.tuple(tie('tree'), tie('tree')).map(([one, other]) => `(${one} and ${other})`),
      fc.tuple(tie('tree'), tie('tree')).map(([one, other]) => `(${one} or ${other})`),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom('a', 'b', 'c'), (condition, image) => {
      const known = verdict(condition);
      if (known === undefined) return;
      const test = interpret(bindCondition(parseCondition(condition), catalogue));
      assert.equal(test(described(image)), known);
    }),
  );
});
