import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Workload } from '@seawall/store';
import fc from 'fast-check';
import { loadPolicyFiles } from '../policy/load.ts';
import type { Matching, PolicySet } from '../policy/policy-set.ts';
import { resolvePolicySet } from '../policy/resolve.ts';
import { etcdWorkload, host, workload } from '../testing/facts.ts';
import { createScopeCache } from './cache.ts';
import { countingMatches, scopeVerdict } from './decision.ts';
import { createImageTest } from './image.ts';
import { createPattern } from './pattern.ts';

const rules = ['first', 'second'].map((name) => ({
  name,
  source: 'syscall',
  priority: 'Error',
  tags: ['all'],
  isEnabled: true,
  file: 'rules.yaml',
}));

function setOf(scopes: readonly string[], matching: Matching = 'all'): PolicySet {
  const text = scopes
    .map((scope, index) =>
      [
        'apiVersion: seawall.dev/v1alpha1',
        'kind: RuntimePolicy',
        `metadata: { name: p${index} }`,
        `spec: { rules: [{ tag: all }], scope: ${scope} }`,
      ].join('\n'),
    )
    .join('\n---\n');
  const { policies, ruleSets, diagnostics } = loadPolicyFiles([{ path: 'p.yaml', text }]);
  assert.deepEqual(diagnostics, []);
  const { set } = resolvePolicySet(policies, { ruleSets, rules, channels: [], matching });
  return set!;
}

function verdictOf(scope: string, of: Workload, isComplete = true): string {
  return setOf([scope]).policies[0]!.scopeTest.verdict(of, isComplete);
}

const container = (overrides: Partial<NonNullable<Workload['container']>>) =>
  workload({ container: { ...workload().container!, ...overrides } });

const cases: readonly (readonly [string, Workload, 'inside' | 'outside'])[] = [
  ['{}', workload(), 'inside'],
  ['{}', host(), 'inside'],
  ['{ host: false }', host(), 'outside'],
  ['{ host: only }', host(), 'inside'],
  ['{ host: only }', workload(), 'outside'],
  ['{ namespaces: [kube-system] }', etcdWorkload(), 'inside'],
  ['{ namespaces: [kube-system] }', workload(), 'outside'],
  ['{ namespaces: [kube-system] }', host(), 'outside'],
  ['{ namespaces: [kube-system], host: true }', host(), 'inside'],
  ['{ namespaces: [kube-*], podLabels: { component: etcd } }', etcdWorkload(), 'inside'],
  ['{ namespaces: [kube-*], podLabels: { component: kube-* } }', etcdWorkload(), 'outside'],
  ['{ podLabels: { component: "*" } }', etcdWorkload(), 'inside'],
  ['{ podLabels: { constructor: "*" } }', etcdWorkload(), 'outside'],
  ['{ pods: [etcd-*, api-*] }', etcdWorkload(), 'inside'],
  ['{ containers: ["e?cd"] }', etcdWorkload(), 'inside'],
  ['{ images: [registry.k8s.io/etcd] }', etcdWorkload(), 'inside'],
  ['{ images: ["registry.k8s.io/etcd:3.4*"] }', etcdWorkload(), 'outside'],
  ['{ clusters: [production], nodes: [node-*] }', workload(), 'inside'],
  ['{ clusters: [test] }', workload(), 'outside'],
  ['{ nodes: [node-2] }', host(), 'outside'],
  ['{ containerLabels: { component: etcd } }', container({ labels: { component: 'etcd' } }), 'inside'],
  ['{ not: { namespaces: [kube-system] } }', etcdWorkload(), 'outside'],
  ['{ not: { namespaces: [kube-system] } }', workload(), 'inside'],
  ['{ not: { namespaces: [kube-system], containers: [web] } }', workload(), 'outside'],
  ['{ namespaces: [shop], not: { podLabels: { app: web } } }', workload(), 'outside'],
];

for (const [scope, of, verdict] of cases) {
  const what = of.container?.name ?? 'the host';
  test(`with the scope ${scope}, ${what} is ${verdict}`, () => {
    assert.equal(verdictOf(scope, of), verdict);
  });
}

test('what may still come is unknown, what was found out is not', () => {
  const early = {
    ...host(),
    container: { id: 'b', name: undefined, image: undefined, digest: undefined, labels: {} },
  };
  for (const scope of [
    '{ namespaces: [a] }',
    '{ podLabels: { a: b } }',
    '{ images: [a] }',
    '{ not: { pods: [a] } }',
  ]) {
    assert.equal(verdictOf(scope, early, false), 'unknown', scope);
  }
  assert.equal(verdictOf('{ namespaces: [a] }', early, true), 'outside');
  assert.equal(verdictOf('{ namespaces: [a], nodes: [node-2] }', early, false), 'outside');
  assert.equal(verdictOf('{ nodes: [node-1] }', early, false), 'inside');
});

test('a decision tells which policies run a rule, and what hinges on metadata', () => {
  const set = setOf(['{}', '{ namespaces: [shop] }', '{ namespaces: [other] }']);
  const decision = scopeVerdict(set, workload());
  assert.deepEqual(
    decision.policiesFor('first').map(({ name }) => name),
    ['p0', 'p1'],
  );
  assert.deepEqual(decision.policiesFor('unheard of'), []);
  assert.equal(decision.hingesOnMetadata('first'), false);
  const early = scopeVerdict(set, workload({ namespace: undefined }), false);
  assert.deepEqual(
    early.undecided.map(({ name }) => name),
    ['p1', 'p2'],
  );
  assert.equal(early.hingesOnMetadata('first'), true);
});

test('all matching rules of all policies count, unless the first one alone is asked for', () => {
  const scopes = ['{ namespaces: [other] }', '{}', '{ namespaces: [shop] }'];
  const names = (matching: Matching) => {
    const set = setOf(scopes, matching);
    return countingMatches(set, scopeVerdict(set, workload()), ['first', 'second']).map(
      ({ policy, rule }) => `${policy.name} ${rule}`,
    );
  };
  assert.deepEqual(names('all'), ['p1 first', 'p2 first', 'p1 second', 'p2 second']);
  assert.deepEqual(names('first'), ['p1 first']);
});

test('a decision is made once for a workload, and anew when its metadata has arrived', () => {
  const cache = createScopeCache(setOf(['{ namespaces: [shop] }']));
  const early = workload({ namespace: undefined });
  assert.notEqual(cache.decisionFor(early, false), cache.decisionFor(early, false));
  const described = workload();
  assert.equal(cache.decisionFor(described, true), cache.decisionFor(described, true));
  assert.equal(cache.decisionFor(described, true).applying.length, 1);
});

test('an explanation names each part, what is wanted and what was found', () => {
  const [policy] = setOf(['{ namespaces: [kube-system], not: { images: [a] } }']).policies;
  assert.deepEqual(policy!.scopeTest.explain(workload(), true), [
    { part: 'host', isExclusion: false, wanted: 'containers', found: 'a container', isMatch: true },
    { part: 'namespaces', isExclusion: false, wanted: 'kube-system', found: 'shop', isMatch: false },
    { part: 'images', isExclusion: true, wanted: 'a', found: 'registry.example/web:1', isMatch: false },
  ]);
});

const images: readonly (readonly [string, string, string | undefined, boolean | undefined])[] = [
  ['etcd', 'etcd:3.5', undefined, true],
  ['etcd', 'docker.io/library/etcd', undefined, true],
  ['docker.io/library/etcd', 'etcd', undefined, true],
  ['etcd', 'quay.io/coreos/etcd', undefined, false],
  ['*/etcd', 'quay.io/coreos/etcd:v3.5.0', undefined, true],
  ['bitnami/etcd', 'docker.io/bitnami/etcd:3', undefined, true],
  ['localhost:5000/etcd', 'localhost:5000/etcd:1', undefined, true],
  ['localhost:5000/etcd:1', 'localhost:5000/etcd:2', undefined, false],
  ['etcd:latest', 'etcd', undefined, true],
  [`etcd@sha256:${'a'.repeat(64)}`, 'etcd:1', `sha256:${'a'.repeat(64)}`, true],
  [`etcd@sha256:${'a'.repeat(64)}`, 'etcd:1', `sha256:${'b'.repeat(64)}`, false],
  [`etcd@sha256:${'a'.repeat(64)}`, 'etcd:1', undefined, undefined],
  [`sha256:${'a'.repeat(64)}`, 'whatever', `sha256:${'a'.repeat(64)}`, true],
];

for (const [pattern, image, digest, isMatch] of images) {
  test(`the image pattern ${pattern.slice(0, 40)} ${isMatch ? 'takes' : 'leaves'} ${image}${digest?.slice(6, 9) ?? ''}`, () => {
    assert.equal(createImageTest(pattern)({ image, digest }), isMatch);
  });
}

test('a pattern means what the same regular expression means', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '😀'), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 6 });
  fc.assert(
    fc.property(pattern, text, (wanted, actual) => {
      const regex = new RegExp(`^${wanted.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
      assert.equal(createPattern(wanted)(actual), regex.test(actual));
    }),
    { numRuns: 2000 },
  );
});
