import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { createSyscallCatalogue } from '@seawall/inspector';
import {
  bytesFromText,
  type Condition,
  lintRuleSet,
  loadRules,
  renderLoadMessage,
  textFromBytes,
} from '@seawall/rules';
import fc from 'fast-check';
import { locateShared } from '../../../../test/shared.ts';
import { extractProfile } from './extract.ts';
import { generateRules } from './generate.ts';
import { type PodProfile, type Profile, renderProfile } from './profile.ts';
import { parseProfile } from './read.ts';

const example = readFileSync(
  join(import.meta.dirname, '../../../../examples/profiles/kube-system.yaml'),
  'utf8',
);
const catalogue = createSyscallCatalogue();

function rulesOf(profile: Profile, ...added: string[]) {
  const contents = [generateRules(profile, 'a test'), ...added];
  return contents.map((content, index) => ({ name: `${index}.yaml`, content }));
}

function problemsOf(text: string): readonly string[] {
  try {
    parseProfile(text, 'profile.yaml');
  } catch (error) {
    assert.ok(isSeawallError(error, 'policies/PROFILE_INVALID'));
    return error.message.split('\n');
  }
  return [];
}

const article = locateShared('articles', 'hardening-kube-system.md');
const skip = article !== undefined && existsSync(article) ? false : 'SKIPPED: the article is not here';
test('the example is the article’s file as the article prints it', { skip }, () => {
  const text = readFileSync(article!, 'utf8');
  const printed = /File: input_rules\.yaml\n-+\n\n([\s\S]*?)<\/code>/.exec(text)?.[1];
  assert.equal(printed, example);
});

test('from the article’s file come rules that load without a word, and from these the same file', () => {
  const files = rulesOf(parseProfile(example, 'input_rules.yaml'));
  const { files: results, ruleSet } = loadRules(files, [catalogue]);
  assert.deepEqual(
    results.flatMap(({ messages }) => messages.map(renderLoadMessage)),
    [],
  );
  assert.deepEqual(results[0]!.schemaWarnings, ['ok']);
  assert.equal(ruleSet!.rules.length, 20);
  const findings = lintRuleSet(ruleSet!, [catalogue]).filter(({ severity }) => severity === 'warning');
  assert.deepEqual(findings, []);
  const { profile, leftOut, changed } = extractProfile(files);
  assert.equal(renderProfile(profile), example);
  assert.deepEqual([leftOut, changed], [[], []]);
});

test('a list that is added to in a file of its own comes back in the profile', () => {
  const files = rulesOf(
    [{ podname: 'etcd', proc: ['etcd'], write_dir: [], ports: [2379] }],
    `
- list: allowed_processes_of_etcd
  items: [etcdctl, "a b"]
  override: {items: append}
- list: allowed_ports_of_etcd
  items: [2380]
  override: {items: append}
- list: allowed_write_paths_of_etcd
  items: [/var/lib/etcd]
  override: {items: append}
`,
  );
  assert.deepEqual(extractProfile(files).profile, [
    { podname: 'etcd', proc: ['etcd', 'etcdctl', 'a b'], write_dir: ['/var/lib/etcd'], ports: [2379, 2380] },
  ]);
});

test('what a profile can’t hold is named when one is extracted', () => {
  const files = rulesOf(
    [{ podname: 'etcd', proc: ['etcd'], listen_proc: ['etcd'] }],
    `
- macro: pod_is_etcd
  condition: (k8s.pod.name startswith etcd)
- rule: Listening by a program outside the profile (etcd)
  enabled: false
  override: {enabled: replace}
- rule: Of my own
  desc: mine
  condition: evt.type = execve and proc.name = x
  output: x
  priority: INFO
`,
  );
  const { profile, leftOut, changed } = extractProfile(files);
  assert.deepEqual(profile, [{ podname: 'etcd', proc: ['etcd'] }]);
  assert.deepEqual(leftOut, ['Listening by a program outside the profile (etcd)', 'Of my own']);
  assert.deepEqual(changed, ['pod_is_etcd']);
});

test('rules that hold no profile, or don’t load, are refused', () => {
  const own = `
- rule: Of my own
  desc: mine
  condition: evt.type = execve
  output: x
  priority: INFO
`;
  const codeOf = (content: string) => {
    try {
      return extractProfile([{ name: 'own.yaml', content }]);
    } catch (error) {
      return isSeawallError(error) ? error.code : error;
    }
  };
  assert.equal(codeOf(own), 'policies/NO_PROFILE_RULES');
  assert.equal(codeOf(own.replace('evt.type', 'evt.tipe')), 'policies/RULES_INVALID');
  assert.equal(codeOf(own.replace('Of my own', 'Port outside the profile (etcd)')), 'policies/LIST_MISSING');
  const named = own.replace('Of my own', 'Write outside the profile (etcd)');
  assert.equal(
    codeOf(`- list: allowed_write_paths_of_etcd\n  items: [var]\n${named}`),
    'policies/LIST_ITEM_INVALID',
  );
});

test('the comment at the top shows an addition that the list takes', () => {
  const all = {
    proc: [],
    write_dir: [],
    outbound_proc: [],
    listen_proc: [],
    read_dir: [],
    peers: [],
    ports: [],
    images: [],
  };
  for (const [key, none] of Object.entries(all)) {
    const files = rulesOf([{ podname: 'etcd', [key]: none }]);
    const shown = /^# {3}- list:[\s\S]+?\n\n/m.exec(files[0]!.content)![0].replace(/^# {3}/gm, '');
    const added = extractProfile([...files, { name: 'added.yaml', content: shown }]).profile[0]!;
    assert.equal((added as unknown as Record<string, readonly unknown[]>)[key]!.length, 1);
  }
});

test('names longer than the kernel keeps are listed as it keeps them as well, with a word on why', () => {
  const text = generateRules([{ podname: 'controller', proc: ['kube-controller-manager'] }], 'a test');
  assert.match(text, /^- list: allowed_processes_of_controller\n {2}items: \[kube-controller-manager\]$/m);
  assert.match(
    text,
    /^# The kernel keeps 15 bytes of a process's name, so in events kube-controller-manager is kube-controller\.\n- list: cut_allowed_processes_of_controller\n {2}items: \[kube-controller\]$/m,
  );
});

test('a name that is kept up to half a letter can be in no list of Falco 0.44, which the file says', () => {
  const text = generateRules(
    [{ podname: 'etcd', proc: ['fourteen-bytesé', 'kube-controller-manager'] }],
    'a test',
  );
  assert.match(
    text,
    /Those that end in half a letter no rule can name\.\n- list: cut_\w+\n {2}items: \[kube-controller\]/,
  );
  assert.ok(loadRules([{ name: 'a', content: text }], [catalogue]).ruleSet !== undefined);
});

test('a pod with a longer name that has a profile of its own is not taken for the shorter one', () => {
  const text = generateRules(
    [
      { podname: 'etcd', proc: ['etcd'] },
      { podname: 'etcd_events', proc: ['etcd'] },
      { podname: 'etcd-main', namespace: 'shop', proc: ['etcd'] },
    ],
    'a test',
  );
  const scope = /- macro: pod_is_etcd\n[\s\S]*?\n\n/.exec(text)![0];
  assert.match(
    scope,
    /and not \(k8s\.pod\.name = "etcd-events" or k8s\.pod\.name startswith "etcd-events-"\)/,
  );
  assert.doesNotMatch(scope, /etcd-main/);
});

const mistakes: readonly (readonly [what: string, text: string, ...problems: readonly string[]])[] = [
  ['an empty file', '', '1:1: the file is empty'],
  ['a file of comments', '# nothing\n', '1:1: the file is empty'],
  ['an empty list', '[]', '1:1: the list is empty'],
  ['no list', 'podname: etcd', '1:1: write a list of pods'],
  ['no YAML', '- podname: [\n', '2:1: this is no YAML'],
  ['two documents', '- podname: a\n  proc: false\n---\n- b\n', '3:1: a second document begins here'],
  ['an unknown key', '- podname: a\n  prok: [a]\n  ports: [1]\n', '2:3: there is no prok: is it proc?'],
  ['a key of another kind', '- podname: a\n  5: [a]\n  proc: [a]\n', '2:3: there is no 5: known are podname'],
  ['a key given twice', '- podname: a\n  proc: [a]\n  proc: [b]\n', '3:3: this is no YAML'],
  ['a key that is a list', '- podname: a\n  ? [b]\n  : c\n  proc: [a]\n', '1:3: there is no [ b ]'],
  [
    'a tag that nobody knows',
    '- podname: a\n  proc: [!made-up a]\n',
    '2:10: this is no YAML: Unresolved tag',
  ],
  ['a pod repeated by an alias', '- &a {podname: a, proc: [a]}\n- *a\n', '2:3: a is there already'],
  ['a list nested without end', `- podname: a\n  proc: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, '2:'],
  [
    'aliases that multiply',
    [
      '- &l0 [a, a, a, a]',
      ...[1, 2, 3, 4, 5, 6].map((n) => `- &l${n} [${Array(4).fill(`*l${n - 1}`)}]`),
    ].join('\n'),
    '1:1: Excessive alias count',
  ],
  ['a pod without a name', '- proc: [a]\n', '1:3: the podname is missing'],
  ['a pod that is a word', '- etcd\n', '1:3: write podname: NAME'],
  [
    'a pod of which nothing is said',
    '- podname: a\n  namespace: b\n',
    '1:3: it says nothing of what the pod may do',
  ],
  ['a wrong podname', '- podname: Etcd_\n  proc: [a]\n', '1:12: a podname has lower case letters'],
  ['the host as a pod', '- podname: host\n  proc: [a]\n', '1:12: host is what processes outside'],
  ['a wrong namespace', '- podname: a\n  namespace: a_b\n  proc: [a]\n', '2:14: a namespace has lower case'],
  ['true for a list', '- podname: a\n  proc: true\n', '2:9: write a list, such as [etcd], or false'],
  ['a word for a list', '- podname: a\n  proc: a\n', '2:9: write a list, such as [etcd], or false'],
  ['nothing for a list', '- podname: a\n  proc:\n', '2:8: write a list, such as [etcd], or false'],
  ['a number for a name', '- podname: a\n  proc: [a, 7]\n', '2:13: a name is a text: put it in quotes'],
  [
    'a path for a name',
    '- podname: a\n  proc: [/bin/sh]\n',
    '2:10: a program goes by its name here, not by its path: sh',
  ],
  ['an empty name', '- podname: a\n  proc: [""]\n', '2:10: a name can’t be empty'],
  ['a name with a NUL', '- podname: a\n  proc: ["a\\0"]\n', '2:10: it holds a NUL'],
  ['a path with a NUL', '- podname: a\n  write_dir:\n    - /a\n    - "/a\\0b"\n', '4:7: it holds a NUL'],
  ['a relative path', '- podname: a\n  write_dir: [var/lib]\n', '2:15: a path begins with a slash: /var/lib'],
  ['a path that goes up', '- podname: a\n  read_dir: [/a/../b]\n', '2:14: a path goes straight down'],
  ['bytes that are no UTF-8', '- podname: a\n  read_dir: [/a\uFFFD]\n', '2:14: it holds what is not UTF-8'],
  ['a peer that is a name', '- podname: a\n  peers: [example.org]\n', '2:11: write an address or a network'],
  [
    'a network too long',
    '- podname: a\n  peers: [10.0.0.0/33]\n',
    '2:11: behind the slash stands a number up to 32',
  ],
  ['a network that Falco refuses', '- podname: a\n  peers: ["::/0"]\n', '2:11: Falco takes no IPv6 network'],
  [
    'ports that are none',
    '- podname: a\n  ports: [0, "80"]\n',
    '2:11: ports are 1 to 65535',
    '2:14: a port is a number',
  ],
  [
    'a digest behind a name',
    '- podname: a\n  images: [a/b@sha256:1]\n',
    '2:12: write the repository, or the digest alone',
  ],
  ['a short digest', '- podname: a\n  images: ["sha256:1"]\n', '2:12: behind sha256: stand 64 digits'],
  [
    'a pod given twice',
    '- podname: a\n  proc: [a]\n- podname: a\n  ports: [1]\n',
    '3:12: a is there already',
  ],
  [
    'a pod given twice under two spellings',
    '- podname: a_b\n  proc: [a]\n- podname: a-b\n  ports: [1]\n',
    '3:12: a-b is there already (as a_b)',
  ],
  ['a value given twice', '- podname: a\n  peers: [::1, ::1/128]\n', '2:16: ::1 is listed twice'],
];

for (const [what, text, ...problems] of mistakes) {
  test(`${what} is refused, with its place`, () => {
    const told = problemsOf(text);
    assert.equal(told.length, problems.length, told.join('\n'));
    problems.forEach((problem, index) => {
      assert.ok(told[index]!.startsWith(`profile.yaml:${problem}`), `${told[index]} should be ${problem}`);
    });
  });
}

test('many mistakes are told in their order, the rest counted', () => {
  const told = problemsOf(`- podname: a\n  proc: [${Array.from({ length: 30 }, (_, i) => i).join(', ')}]\n`);
  assert.equal(told.length, 21);
  assert.match(told[1]!, /^profile\.yaml:2:13: /);
  assert.equal(told[20], '... and 10 more');
});

const name = fc
  .oneof(
    fc.constantFrom(
      'etcd',
      'kube-controller-manager',
      '7z',
      '-x',
      'runc:[2:INIT]',
      'a b',
      '"',
      "'",
      '\\',
      'é',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 24 }),
  )
  .filter((text) => !/[\p{Cc}/\uFFFD]/u.test(text) && text.isWellFormed());
const path = fc
  .array(
    name.filter((text) => text !== '.' && text !== '..'),
    { maxLength: 4 },
  )
  .map((names) => `/${names.join('/')}`);
/** Falco knows no IPv6 address that ends in an IPv4 one. */
const ipV6 = fc.ipV6().filter((address) => !address.includes('.'));
const peer = fc.oneof(
  fc.ipV4(),
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 31 })).map(([address, prefix]) => `${address}/${prefix}`),
  ipV6,
  fc.tuple(ipV6, fc.integer({ min: 1, max: 127 })).map(([address, prefix]) => `${address}/${prefix}`),
);
const image = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9.]{0,8}(:[0-9]{2,5})?\/[a-z0-9-]{1,8}(:[A-Za-z0-9.]{1,6})?$/),
  fc.stringMatching(/^sha256:[0-9a-f]{64}$/),
);
const pod: fc.Arbitrary<PodProfile> = fc
  .record(
    {
      podname: fc.stringMatching(/^[a-z0-9]([a-z0-9_.-]{0,12}[a-z0-9])?$/).filter((text) => text !== 'host'),
      namespace: fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?$/),
      proc: fc.uniqueArray(name, { maxLength: 5 }),
      write_dir: fc.uniqueArray(path, { maxLength: 5 }),
      outbound_proc: fc.uniqueArray(name, { maxLength: 5 }),
      listen_proc: fc.uniqueArray(name, { maxLength: 5 }),
      read_dir: fc.uniqueArray(path, { maxLength: 5 }),
      peers: fc.uniqueArray(peer, { maxLength: 5 }),
      ports: fc.uniqueArray(fc.integer({ min: 1, max: 65535 }), { maxLength: 5 }),
      images: fc.uniqueArray(image, { maxLength: 3 }),
    },
    { requiredKeys: ['podname'], noNullPrototype: true },
  )
  .filter((entry) => Object.keys(entry).some((key) => key !== 'podname' && key !== 'namespace'));
const profiles = fc.uniqueArray(pod, {
  minLength: 1,
  maxLength: 3,
  selector: ({ podname, namespace = 'kube-system' }) =>
    (namespace === 'kube-system' ? podname : `${namespace}_${podname}`).replace(/[^a-z0-9]/g, '_'),
});

test('law: what is rendered reads as the same data, and what is generated gives it back', () => {
  fc.assert(
    fc.property(profiles, (profile) => {
      assert.deepEqual(parseProfile(renderProfile(profile), 'rendered'), profile);
      const { profile: extracted, leftOut, changed } = extractProfile(rulesOf(profile));
      // Keys come back in the order of the rules, which is the article's.
      assert.deepEqual(extracted, profile);
      assert.deepEqual([leftOut, changed], [[], []]);
    }),
    { numRuns: 40 },
  );
});

/** What a rule compares a field with: byte strings. */
function comparedWith(condition: Condition, field: string): string[] {
  if (condition.kind === 'and' || condition.kind === 'or') {
    return condition.children.flatMap((child) => comparedWith(child, field));
  }
  if (condition.kind === 'not') return comparedWith(condition.child, field);
  if (condition.kind !== 'comparison' || condition.left.kind !== 'field') return [];
  if (condition.left.name !== field || condition.right.kind !== 'list') return [];
  return condition.right.items.map(({ value }) => value);
}

test('law: whatever names and paths hold, rules compare with just these, names cut to 15 bytes as well', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
      fc.uniqueArray(path, { maxLength: 5 }),
      (names, paths) => {
        const files = rulesOf([{ podname: 'etcd', listen_proc: names, write_dir: paths }]);
        const { ruleSet } = loadRules(files, [catalogue]);
        const conditionOf = (title: string) =>
          ruleSet!.rules.find((rule) => rule.name.startsWith(title))!.condition;
        const bytes = names.map(bytesFromText);
        const isWhole = (kept: string) => bytesFromText(textFromBytes(kept)) === kept;
        const long = bytes.filter(({ length }) => length > 15);
        const cut = long.map((text) => text.slice(0, 15)).filter(isWhole);
        assert.deepEqual(comparedWith(conditionOf('Listening'), 'proc.name'), [...bytes, ...new Set(cut)]);
        assert.deepEqual(comparedWith(conditionOf('Write'), 'fd.name'), paths.map(bytesFromText));
      },
    ),
    { numRuns: 100 },
  );
});
