import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlainYaml } from './plain-yaml.ts';
import { createSourceFile } from './source.ts';
import { isYamlProblem, parseYaml, type YamlNode } from './yaml.ts';

/** What a text reads as, places left out; undefined where it is no YAML. */
function read(text: string): unknown {
  const nodes = parseYaml(createSourceFile('rules.yaml', text, 0));
  return isYamlProblem(nodes) ? undefined : nodes.map(bare);
}

function bare(node: YamlNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'null':
      return null;
    case 'sequence':
      return node.items.map(bare);
    case 'mapping':
      return Object.fromEntries(node.entries.map(({ key, value }) => [bare(key), bare(value)]));
  }
}

test('a list may end in the first column, and go on there', () => {
  const rules = [{ list: 'a', items: ['x', 'y', 'z'] }, { list: 'b' }];
  assert.deepEqual(read('- list: a\n  items: [\n    x,\n    y, z\n]\n- list: b\n'), [rules]);
  assert.deepEqual(read('- list: a\n  items: [x,\ny, # not ]\n# nor ]\nz\n]\n- list: b\n'), [rules]);
  assert.deepEqual(read('- list: a\n  items:\n  [x,\n\ty,\n\tz]\n- list: b\n'), [rules]);
  assert.deepEqual(read('- list: a\r\n  items: [\r\nx, "y", \'z\'\r\n]\r\n- list: b\r\n'), [rules]);
});

test('collections in collections and quoted texts may go on in any column', () => {
  assert.deepEqual(read('- rule: a\n  exceptions: [\n{name: e, values: [\n[p, "q\nr"]\n]}]\n'), [
    [{ rule: 'a', exceptions: [{ name: 'e', values: [['p', 'q r']] }] }],
  ]);
  assert.deepEqual(read('- rule: a\n  output: "b\n- c"\n  desc:\n  \'d\n\n e\'\n'), [
    [{ rule: 'a', output: 'b - c', desc: 'd\ne' }],
  ]);
});

test('a bracket or quote in a plain or a block text begins nothing', () => {
  const text = '- rule: a\n  desc: one [ "\n    [two\n  condition: >\n    "x\n    [y\n  items: [\n]\n';
  assert.deepEqual(read(text), [[{ rule: 'a', desc: 'one [ " [two', condition: '"x [y\n', items: [] }]]);
});

test('a comment may follow what it is about without a blank', () => {
  assert.deepEqual(
    read('- rule: a\n  tags: [x, y]# why\n  output: "o"#\n  desc: >#why\n    d\n  items: [x,#\n    y]\n'),
    [[{ rule: 'a', tags: ['x', 'y'], output: 'o', desc: 'd\n', items: ['x', 'y'] }]],
  );
});

test('what is never closed, begins a line with a comma or holds a mark between documents, stays no YAML', () => {
  for (const text of [
    '- list: a\n  items: [x,\ny\n- list: b\n',
    '- list: a\n  items: [x,\n---\ny]\n',
    '- rule: a\n  desc: "b\n---\nc"\n',
    '- rule: a\n  desc: "b\n- rule: c\n',
    '- list: a\n  items: [x\n]]\n',
    '- list: a\n  items: [x\n, y]\n',
    '- list: a\n items: [\n]\n',
    '- list:\n  a\n  items: [\n]\n',
  ]) {
    assert.equal(read(text), undefined, JSON.stringify(text));
  }
});

test('places are those of the file, not of the indented text', () => {
  const text = '- list: a\n  items: [\nx,\n"y\nz"\n]\n- list: b\n';
  const file = createSourceFile('rules.yaml', text, 0);
  assert.equal(parsePlainYaml(file), undefined);
  const nodes = parseYaml(file);
  assert.ok(!isYamlProblem(nodes));
  const seen: string[] = [];
  const visit = (node: YamlNode): void => {
    if (node.kind === 'scalar') seen.push(text.slice(node.start, node.end));
    if (node.kind === 'sequence') node.items.forEach(visit);
    if (node.kind === 'mapping') for (const { value } of node.entries) visit(value);
  };
  nodes.forEach(visit);
  assert.deepEqual(seen, ['a', 'x', '"y\nz"', 'b']);
});
