import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assessNode } from '../assess.ts';
import { article, corpus, snapshots } from '../fixtures/corpus.ts';
import type { Node } from '../node/instance.ts';
import { discoverInstances } from '../node/instances.ts';
import { createMemoryTree, found } from '../node/tree.ts';
import { defaultSite } from '../site.ts';
import { computeEffectiveConfiguration } from './compute.ts';
import { parseVersion } from './version.ts';

function configure(node: Node, component: string) {
  const instance = discoverInstances(node).instances.find((candidate) => candidate.component === component);
  assert.ok(instance, `${component} was found`);
  return computeEffectiveConfiguration(instance);
}

function nodeOf(entry: (typeof corpus)[number]): Node {
  const version = parseVersion(entry.version)!;
  return { tree: createMemoryTree(entry.files), processes: snapshots(entry), now: 0, version };
}

describe('the corpus of configurations', () => {
  test('holds at least sixty of kubelet, kube-apiserver and etcd', () => {
    const components = corpus.flatMap(({ expected }) => Object.keys(expected));
    const counted = components.filter((name) => ['kubelet', 'kube-apiserver', 'etcd'].includes(name));
    assert.ok(counted.length >= 60, `${counted.length}`);
  });

  for (const entry of corpus) {
    test(`${entry.name} is read as it is in effect`, () => {
      for (const [component, expected] of Object.entries(entry.expected)) {
        const { settings } = configure(nodeOf(entry), component);
        for (const [name, value] of Object.entries(expected)) {
          const state = settings.get(name);
          assert.equal(state?.kind, 'known', `${component} ${name}: ${JSON.stringify(state)}`);
          assert.deepEqual(
            state.kind === 'known' ? (state.setting.value ?? null) : null,
            value,
            `${component} ${name}`,
          );
        }
      }
    });
  }
});

/** A kubelet process with these arguments, which sees these files. */
function kubelet(parameters: readonly string[], files: Record<string, string> = {}, version?: string) {
  const tree = createMemoryTree(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [path, { text }])),
  );
  const process = {
    pid: 7,
    command: ['/usr/bin/kubelet', ...parameters],
    environment: found({}),
    uid: 0,
    gid: 0,
    tree,
    isContainerised: false,
  };
  const node = {
    tree,
    processes: [process],
    now: 0,
    ...(version === undefined ? {} : { version: parseVersion(version)! }),
  };
  return configure(node, 'kubelet');
}

function effectiveValue(configuration: ReturnType<typeof kubelet>, name: string) {
  const state = configuration.settings.get(name);
  return state?.kind === 'known' ? state.setting.value : state;
}

test('a kubelet without a configuration file has the old, open defaults, one with a file the closed ones', () => {
  const open = kubelet([]);
  assert.equal(effectiveValue(open, 'anonymous-auth'), true);
  assert.equal(effectiveValue(open, 'authorization-mode'), 'AlwaysAllow');
  assert.equal(effectiveValue(open, 'read-only-port'), 10255);
  const closed = kubelet(['--config=/c'], { '/c': 'kind: KubeletConfiguration\n' });
  assert.equal(effectiveValue(closed, 'anonymous-auth'), false);
  assert.equal(effectiveValue(closed, 'authorization-mode'), 'Webhook');
  assert.equal(effectiveValue(closed, 'read-only-port'), 0);
});

test('flags win over drop-ins, drop-ins over the file, and what lost is told with its place', () => {
  const configuration = kubelet(['--config=/c', '--config-dir=/d', '--pod-max-pids=1'], {
    '/c': 'podPidsLimit: 4\n',
    '/d/10.conf': 'podPidsLimit: 3\n',
    '/d/20.conf': '\npodPidsLimit: 2\n',
  });
  const state = configuration.settings.get('pod-max-pids');
  assert.ok(state?.kind === 'known');
  assert.equal(state.setting.value, 1);
  assert.deepEqual(
    state.setting.overridden.map(({ value, origin }) => [value, origin.where, origin.line]),
    [
      [2, '/d/20.conf', 2],
      [3, '/d/10.conf', 1],
      [4, '/c', 1],
    ],
  );
});

test('a boolean flag takes its value after an equals sign only, and the stray word is told', () => {
  const configuration = kubelet(['--anonymous-auth', 'false']);
  assert.equal(effectiveValue(configuration, 'anonymous-auth'), true);
  assert.deepEqual(configuration.strays, ['false']);
});

test('underscores in flags are dashes, the last use of a flag counts, and a value that is none is UNKNOWN', () => {
  assert.equal(
    effectiveValue(kubelet(['--anonymous_auth=true', '--anonymous-auth=F']), 'anonymous-auth'),
    false,
  );
  const state = kubelet(['--anonymous-auth=no']).settings.get('anonymous-auth');
  assert.ok(state?.kind === 'unknown');
  assert.match(state.missing, /would not start/);
});

test('feature gates of file and flags are merged gate by gate', () => {
  const configuration = kubelet(['--config=/c', '--feature-gates=A=true,B=false'], {
    '/c': 'featureGates:\n  B: true\n  C: false\n',
  });
  assert.deepEqual(effectiveValue(configuration, 'feature-gates'), { A: 'true', B: 'false', C: 'false' });
});

test('a zero timeout in the file is the default of four hours, on the command line it is zero', () => {
  const file = { '/c': 'streamingConnectionIdleTimeout: 0s\n' };
  assert.equal(effectiveValue(kubelet(['--config=/c'], file), 'streaming-connection-idle-timeout'), 14400);
  const flag = ['--config=/c', '--streaming-connection-idle-timeout=0'];
  assert.equal(effectiveValue(kubelet(flag, file), 'streaming-connection-idle-timeout'), 0);
});

test('a default that depends on an unknown version is UNKNOWN and says so; one that does not is known', () => {
  const state = kubelet([]).settings.get('event-qps');
  assert.ok(state?.kind === 'unknown');
  assert.match(state.missing, /version of kubelet \(its default is 5 or 50\)/);
  assert.equal(effectiveValue(kubelet([], {}, '1.27'), 'event-qps'), 50);
  assert.equal(effectiveValue(kubelet([], {}, '1.26'), 'event-qps'), 5);
});

test('what /configz says beats what files say, and the file is told as overridden', () => {
  const tree = createMemoryTree({ '/c': { text: 'authentication: {anonymous: {enabled: false}}\n' } });
  const process = {
    pid: 7,
    command: ['kubelet', '--config=/c'],
    environment: found({}),
    uid: 0,
    gid: 0,
    tree,
    isContainerised: false,
  };
  const configz = { kubeletconfig: { authentication: { anonymous: { enabled: true } } } };
  const configuration = configure({ tree, processes: [process], now: 0, configz }, 'kubelet');
  const state = configuration.settings.get('anonymous-auth');
  assert.ok(state?.kind === 'known');
  assert.equal(state.setting.value, true);
  assert.equal(state.setting.origin.kind, 'configz');
  assert.equal(state.setting.overridden[0]?.origin.where, '/c');
});

test('the reference command line of the article: what is good about it, and what it leaves open', () => {
  const version = parseVersion(article.version)!;
  const node = { tree: createMemoryTree(article.files), processes: snapshots(article), now: 0, version };
  const { results } = assessNode(node, { benchmark: '1.12', site: defaultSite, components: ['kubelet'] });
  const statuses = Object.fromEntries(results.map(({ check, decision }) => [check.id, decision.status]));
  for (const good of [
    'kubelet-anonymous-auth',
    'kubelet-authorization',
    'kubelet-client-ca',
    'kubelet-iptables-chains',
  ]) {
    assert.equal(statuses[good], 'PASS', good);
  }
  for (const bad of [
    'kubelet-read-only-port',
    'kubelet-tls',
    'kubelet-rotate-certificates',
    'kubelet-ciphers',
    'kubelet-pod-pids',
    'kubelet-seccomp-default',
  ]) {
    assert.equal(statuses[bad], 'FAIL', bad);
  }
});

test('the admission control of 2018 has NodeRestriction, and the missing Node authorizer is told', () => {
  const entry = corpus.at(-1)!;
  const { results } = assessNode(nodeOf(entry), {
    benchmark: '1.12',
    site: defaultSite,
    only: ['apiserver-node-restriction', 'apiserver-node-restriction-pair'],
  });
  assert.deepEqual(
    results.map(({ decision }) => decision.status),
    ['PASS', 'FAIL'],
  );
  assert.match(results[1]!.decision.reason, /authorizers does not include Node/);
});
