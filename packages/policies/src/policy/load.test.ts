import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSyscallCatalogue } from '@seawall/inspector';
import { loadRules } from '@seawall/rules';
import fc from 'fast-check';
import { ruleFactsOf } from '../rule-set/rule-facts.ts';
import { ruleSourcesOf } from '../rule-set/sources.ts';
import { loadPolicyFiles } from './load.ts';
import { renderDiagnostic } from './policy.ts';
import { resolvePolicySet } from './resolve.ts';

const head = 'apiVersion: seawall.dev/v1alpha1\n';

function load(text: string) {
  return loadPolicyFiles([{ path: 'p.yaml', text: head + text }]);
}

function problemsOf(text: string): string[] {
  return load(text).diagnostics.map(renderDiagnostic);
}

const policy = (spec: string, name = 'etcd') =>
  `kind: RuntimePolicy\nmetadata: { name: ${name} }\nspec:\n${spec.replace(/^/gm, '  ')}\n`;

test('a policy of three lines gets the documented defaults', () => {
  const { policies, diagnostics } = load(policy('rules:\n  - tag: etcd'));
  assert.deepEqual(diagnostics, []);
  const [{ mode, rateLimit, coolDownMilliseconds, actions, channels, scope, isDryRun, allowsQuorumLoss }] =
    policies as [(typeof policies)[0]];
  assert.deepEqual(
    {
      mode,
      rateLimit,
      coolDownMilliseconds,
      actions,
      channels,
      host: scope.host,
      isDryRun,
      allowsQuorumLoss,
    },
    {
      mode: 'alert',
      rateLimit: { count: 10, perMilliseconds: 60_000 },
      coolDownMilliseconds: 30_000,
      actions: [],
      channels: [],
      host: 'too',
      isDryRun: false,
      allowsQuorumLoss: false,
    },
  );
});

const wrong: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'an unknown kind',
    'kind: RuntimePolcy\nmetadata: { name: x }',
    ['p.yaml:2:7: error: there is no kind RuntimePolcy: is it RuntimePolicy?'],
  ],
  [
    'an unknown key',
    policy('rulse: []\nrules: [{ tag: x }]'),
    ['p.yaml:5:3: error: there is no rulse: is it rules?'],
  ],
  [
    'an unknown key of an action',
    policy('mode: enforce\nrules: [{ tag: x }]\nactions:\n  - type: pause\n    fro: 5m'),
    ['p.yaml:9:7: error: there is no fro: is it for?'],
  ],
  [
    'an unknown key of an exclusion',
    policy('rules: [{ tag: x }]\nscope: { not: { pod: [a] } }'),
    ['p.yaml:6:19: error: there is no pod: is it pods?'],
  ],
  [
    'a system call that no machine has',
    policy(
      'mode: enforce\nrules: [{ tag: x }]\nactions: [{ type: deny, calls: [mount, ptrase, nope, waitpid] }]',
    ),
    [
      'p.yaml:7:42: error: there is no system call ptrase: is it ptrace?',
      'p.yaml:7:50: error: there is no system call nope',
      'p.yaml:7:56: error: there is no system call waitpid: is it waitid?',
    ],
  ],
  [
    'images that can’t be',
    policy(
      'rules: [{ tag: x }]\nscope:\n  images:\n    - "@@"\n    - x@sha256:zz\n    - ""\n    - quay.io/a b\n    - quay.io/\n    - sha256:abc\n    - "etcd:"\n    - quay.io/Etcd:3\n    - ":3"\n    - a@b',
    ),
    [
      'p.yaml:8:9: error: @@ has more than one @: a digest stands behind it',
      'p.yaml:9:9: error: behind sha256: stand 64 digits, 0-9 and a-f',
      'p.yaml:10:9: error: an empty text matches nothing',
      'p.yaml:11:9: error: no repository has " " in it: quay.io/a b',
      'p.yaml:12:9: error: a part of quay.io/ is empty: write / between parts only, and * for any text',
      'p.yaml:13:9: error: behind sha256: stand 64 digits, 0-9 and a-f',
      'p.yaml:14:9: error: a tag is missing behind the colon',
      'p.yaml:15:9: error: repositories are written in small letters: etcd, not Etcd',
      'p.yaml:16:9: error: write the repository in front of the tag or digest: quay.io/coreos/etcd, or *',
      'p.yaml:17:9: error: write a digest as sha256: with 64 digits behind it, not b',
    ],
  ],
  [
    'an unknown action',
    policy('rules: [{ tag: x }]\nactions: [{ type: destroy }]'),
    [
      'p.yaml:6:21: error: write an action with its type: { type: kill }; types are notify, capture, pause, stop, kill, kill-process, label, isolate, deny',
    ],
  ],
  [
    'no rules',
    policy('mode: alert'),
    ['p.yaml:5:3: error: rules is missing: write which rules it runs, such as rules: [{ tag: etcd }]'],
  ],
  [
    'a selector of two kinds',
    policy('rules: [{ tag: x, name: y }]'),
    [
      'p.yaml:5:11: error: write exactly one of name, tag, file and ruleSet; more of them are elements of their own',
    ],
  ],
  [
    'a duration without a unit',
    policy('rules: [{ tag: x }]\ncoolDown: 30'),
    ['p.yaml:6:13: error: a duration is a number with its unit: 30s, 10m, 24h'],
  ],
  [
    'a host that can’t have containers',
    policy('rules: [{ tag: x }]\nscope: { host: only, pods: [etcd-*] }'),
    [
      'p.yaml:6:18: error: host: only leaves no container for the other parts: remove them, or write host: true',
    ],
  ],
  [
    'two ways to end a container',
    policy('mode: enforce\nrules: [{ tag: x }]\nactions: [{ type: kill }, { type: pause }]'),
    ['p.yaml:7:29: error: kill and pause of one container contradict each other: keep one of them'],
  ],
  [
    'an action that the mode leaves out',
    policy('rules: [{ tag: x }]\nactions: [{ type: kill }]'),
    ['p.yaml:6:13: warning: kill is not done in mode alert: write mode: enforce, or remove it'],
  ],
  [
    'a rule file in place of objects',
    '---\n- rule: x',
    [
      'p.yaml:1:1: error: kind is missing: write kind: RuntimePolicy, or RuleSet, or NotificationChannel',
      'p.yaml:1:1: error: metadata is missing: write metadata: { name: NAME }',
      'p.yaml:3:1: error: a list is no object: rules belong into a rule file that a RuleSet names under files',
    ],
  ],
  [
    'text that is no YAML',
    'kind: [',
    [
      'p.yaml:2:8: error: this is no YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  [
    'an alias inside of what it names',
    'kind: NotificationChannel\nmetadata: { name: hook }\nspec:\n  webhook: { url: https://x.example/, body: &b { x: *b } }',
    ['p.yaml:5:53: error: *b stands inside of what it names'],
  ],
  [
    'the same name twice',
    `${policy('rules: [{ tag: x }]')}---\n${head}${policy('rules: [{ tag: x }]')}`,
    ['p.yaml:9:19: error: there is a RuntimePolicy etcd already, in p.yaml:3: give this one another name'],
  ],
  [
    'a secret written down in a channel',
    'kind: NotificationChannel\nmetadata: { name: chat }\nspec:\n  slack: { url: https://hooks.slack.com/x }',
    ['p.yaml:5:17: error: a secret is not written here: say fromFile: PATH or fromEnvironment: NAME'],
  ],
];

for (const [name, text, problems] of wrong) {
  test(`${name} is told with its place and what to write`, () => {
    assert.deepEqual(problemsOf(text), problems);
  });
}

test('an older version of the objects is refused with the one that is known', () => {
  const { diagnostics } = loadPolicyFiles([
    { path: 'p.yaml', text: `apiVersion: seawall.dev/v1\n${policy('rules: [{ tag: x }]')}` },
  ]);
  assert.deepEqual(diagnostics.map(renderDiagnostic), [
    'p.yaml:1:13: error: seawall.dev/v1 is not known here: write apiVersion: seawall.dev/v1alpha1',
  ]);
});

test('no text makes loading throw', () => {
  for (const text of [
    '',
    '---\n',
    '%YAML 9\n',
    '\u0000',
    'a: &a [*a, *a]',
    '? [a]: b\n',
    'x: !!js/function y',
    '- - -',
  ]) {
    loadPolicyFiles([{ path: 'p.yaml', text }]);
  }
});

test('no damage to a good file makes loading throw, and every problem has its place in it', () => {
  const path = 'examples/policies/etcd.yaml';
  const good = readFileSync(join(import.meta.dirname, '../../../..', path), 'utf8');
  const damage = fc.record({
    at: fc.nat(good.length),
    removed: fc.nat(30),
    added: fc.oneof(
      fc.constantFrom('\n', ': ', '- ', '{', '[', '*a', '&a ', '!!x ', '|', '\t', '"', '---\n'),
      fc.string(),
    ),
  });
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
      const text = damages.reduce(
        (left, { at, removed, added }) => left.slice(0, at) + added + left.slice(at + removed),
        good,
      );
      const lines = text.split('\n').length;
      for (const { place, message } of loadPolicyFiles([{ path, text }]).diagnostics) {
        assert.ok(place.line >= 1 && place.line <= lines && place.column >= 1, message);
      }
    }),
    { numRuns: 300 },
  );
});

const ruleSet = `kind: RuleSet
metadata: { name: etcd }
spec:
  content: |
    - rule: Etcd allowed processes
      desc: Whitelist of authorized etcd processes
      condition: evt.type = execve and not proc.name in (etcd)
      output: Unauthorized process (%proc.cmdline) running in (%container.id)
      priority: ERROR
      tags: [etcd]
    - rule: Off
      desc: x
      condition: evt.type = open
      output: x
      priority: NOTICE
      enabled: false
`;

function resolve(text: string, channels: readonly string[] = ['security-email', 'security-slack']) {
  const loaded = load(`${ruleSet}---\n${head}${text}`);
  assert.deepEqual(
    loaded.diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
  const { inline } = ruleSourcesOf(loaded.ruleSets);
  const { ruleSet: rules } = loadRules(inline, [createSyscallCatalogue()]);
  const { set, diagnostics } = resolvePolicySet(loaded.policies, {
    ruleSets: loaded.ruleSets,
    rules: ruleFactsOf(rules!),
    channels,
  });
  return { set, problems: diagnostics.map(renderDiagnostic) };
}

test('a policy finds its rules by name, tag, file and rule set, and channels by pattern', () => {
  for (const selector of ['name: Etcd *', 'tag: etcd', 'ruleSet: etcd', 'file: "p.yaml (RuleSet etcd)"']) {
    const { set, problems } = resolve(policy(`rules: [{ ${selector} }]\nchannels: [security-*]`));
    assert.deepEqual(problems, []);
    assert.deepEqual([...set!.ruleNames], ['Etcd allowed processes']);
    assert.deepEqual(set!.policies[0]!.channelNames, ['security-email', 'security-slack']);
  }
});

test('what isn’t there is an error by name, and a warning by pattern', () => {
  const { set, problems } = resolve(
    policy(
      'rules: [{ name: Etcd allowed proceses }, { tag: etdc }, { ruleSet: no }]\nchannels: [security-mail]',
    ),
  );
  assert.equal(set, undefined);
  assert.deepEqual(problems, [
    'p.yaml:23:11: error: there is no rule Etcd allowed proceses: is it Etcd allowed processes?',
    'p.yaml:23:44: error: there is no rule with the tag etdc: is it etcd?',
    'p.yaml:23:59: error: there is no RuleSet no',
    'p.yaml:24:14: error: there is no NotificationChannel security-mail: is it security-email?',
  ]);
  const pattern = resolve(policy('rules: [{ name: nothing * }, { tag: etcd }]'));
  assert.ok(pattern.set);
  assert.deepEqual(pattern.problems, [
    'p.yaml:23:11: warning: no rule nothing * is there: the pattern finds nothing',
  ]);
});

test('a rule that its file disables does not run, and is told where it was asked for by name', () => {
  const { set, problems } = resolve(policy('rules: [{ name: Off }, { tag: etcd }]'));
  assert.deepEqual([...set!.ruleNames], ['Etcd allowed processes']);
  assert.deepEqual(problems, [
    'p.yaml:23:11: warning: the rule Off is disabled in p.yaml (RuleSet etcd), so it doesn’t run: enable it there',
  ]);
});

test('what the node can’t enforce is refused when it is loaded', () => {
  const { set, problems } = resolve(
    policy('mode: enforce\nrules: [{ tag: etcd }]\nactions: [{ type: deny, calls: [ptrace] }]'),
  );
  assert.equal(set, undefined);
  assert.deepEqual(problems, [
    'p.yaml:25:13: error: this node can’t enforce what etcd denies: there is no probe here that could',
  ]);
});

test('rules written within an object are told with the places of the file around them', () => {
  const { ruleSets } = load(ruleSet.replace('proc.name in', 'proc.nmae in'));
  const { files } = loadRules(ruleSourcesOf(ruleSets).inline, [createSyscallCatalogue()]);
  const [message] = files[0]!.messages;
  assert.deepEqual([message!.place.line, message!.place.column], [8, 44]);
});
