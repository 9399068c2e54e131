import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assessNode } from '../assess.ts';
import { defaultSite } from '../site.ts';
import { createMemoryTree, createMountedTree, LARGEST_FILE, openTree } from './tree.ts';

describe('a hostile folder', () => {
  let root: string;
  let outside: string;

  before(() => {
    outside = mkdtempSync(join(tmpdir(), 'seawall-outside-'));
    writeFileSync(join(outside, 'secret'), 'kind: KubeletConfiguration\nreadOnlyPort: 10255\n');
    root = mkdtempSync(join(tmpdir(), 'seawall-hostile-'));
    mkdirSync(join(root, 'etc/kubernetes/manifests'), { recursive: true });
  });
  after(() => {
    rmSync(root, { recursive: true });
    rmSync(outside, { recursive: true });
  });

  test('leads nowhere: absolute links start at its root, and .. ends there', () => {
    symlinkSync(join(outside, 'secret'), join(root, 'absolute'));
    symlinkSync(`${'../'.repeat(20)}${outside.slice(1)}/secret`, join(root, 'relative'));
    symlinkSync(outside, join(root, 'folder'));
    symlinkSync('/etc/inside', join(root, 'good'));
    writeFileSync(join(root, 'etc/inside'), 'here');
    const tree = openTree(root);
    assert.deepEqual(tree.read('/absolute'), { kind: 'missing' });
    assert.deepEqual(tree.read('/relative'), { kind: 'missing' });
    assert.deepEqual(tree.read('/folder/secret'), { kind: 'missing' });
    assert.deepEqual(tree.read(`/../../..${outside}/secret`), { kind: 'missing' });
    assert.deepEqual(tree.list('/folder'), { kind: 'missing' });
    assert.deepEqual(tree.read('/good'), { kind: 'found', value: 'here' });
  });

  test('with rings of links, huge, binary, endless and odd files is answered in words', () => {
    symlinkSync('ring-b', join(root, 'ring-a'));
    symlinkSync('ring-a', join(root, 'ring-b'));
    writeFileSync(join(root, 'huge'), '');
    truncateSync(join(root, 'huge'), LARGEST_FILE + 1);
    writeFileSync(join(root, 'binary'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]));
    assert.equal(spawnSync('mkfifo', [join(root, 'pipe')]).status, 0);
    const tree = openTree(root);
    const reasonOf = (path: string) => {
      const reading = tree.read(path);
      return reading.kind === 'unreadable' ? reading.reason : reading.kind;
    };
    assert.match(reasonOf('/ring-a'), /ring/);
    assert.match(reasonOf('/huge'), /larger than/);
    assert.match(reasonOf('/binary'), /binary/);
    assert.match(reasonOf('/pipe'), /not a regular file/);
    assert.match(reasonOf('/etc'), /directory/);
  });

  test('opens nothing but regular files: to be opened is an event for pipes and devices', async () => {
    const pipe = join(root, 'waited-for');
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
    // Its open returns when somebody opens the other end.
    const writer = spawn('sh', ['-c', 'echo begun; : > "$1"; echo opened', 'sh', pipe]);
    const closed = once(writer, 'close');
    let said = '';
    writer.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    await once(writer.stdout, 'data');
    await sleep(50);
    assert.equal(openTree(root).read('/waited-for').kind, 'unreadable');
    await sleep(100);
    writer.kill('SIGKILL');
    await closed;
    assert.equal(said, 'begun\n');
  });

  test('that is changed while it is read leads nowhere either', async () => {
    const inside = join(root, 'swapped', 'inside');
    mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, 'secret'), 'inside');
    symlinkSync(outside, join(root, 'swapped', 'link'));
    const swap =
      'while :; do mv -T inside aside; mv -T link inside; mv -T inside link; mv -T aside inside; done';
    const swapping = spawn('sh', ['-c', swap], {
      cwd: join(root, 'swapped'),
      detached: true,
      stdio: 'ignore',
    });
    try {
      const tree = openTree(root);
      const seen = new Set<string>();
      const end = performance.now() + 1500;
      while (performance.now() < end) {
        for (let count = 0; count < 500; count += 1) {
          const reading = tree.read('/swapped/inside/secret');
          seen.add(reading.kind === 'found' ? reading.value : reading.kind);
        }
        await sleep(0);
      }
      assert.deepEqual(
        [...seen].filter((each) => each.includes('kind: Kubelet')),
        [],
      );
      assert.ok(seen.has('inside'), [...seen].join());
    } finally {
      process.kill(-(swapping.pid as number), 'SIGKILL');
      await once(swapping, 'close');
    }
  });

  for (const [name, text, reason] of [
    ['a bomb of aliases', bomb(), /alias/i],
    ['a ring of aliases', 'kind: &a [*a]\n', /circular|alias/i],
    ['no YAML', 'a: [b\nc: }', /is not YAML/],
    ['a list', '- a\n- b\n', /no mapping/],
    ['a manifest in its place', 'kind: Pod\nspec: {containers: 7}\n', /the command line of kubelet/],
  ] as const) {
    test(`a kubelet configuration that is ${name} makes no check fail by mistake, and stops nothing`, () => {
      mkdirSync(join(root, 'var/lib/kubelet'), { recursive: true });
      writeFileSync(join(root, 'var/lib/kubelet/config.yaml'), text);
      const { results } = assessNode(
        { tree: openTree(root), processes: [], now: 0 },
        { benchmark: '1.12', site: defaultSite, only: ['4.2'] },
      );
      for (const { decision, check } of results) {
        assert.notEqual(decision.status, 'FAIL', check.id);
      }
      const anonymous = results.find(({ check }) => check.id === 'kubelet-anonymous-auth')!.decision;
      assert.equal(anonymous.status, 'UNKNOWN');
      assert.match(anonymous.missing ?? '', reason);
    });
  }

  test('a manifest that can’t be read makes its component UNKNOWN, not absent', () => {
    writeFileSync(join(root, 'etc/kubernetes/manifests/kube-apiserver.yaml'), Buffer.from([1, 0, 2]));
    chmodSync(join(root, 'etc/kubernetes/manifests/kube-apiserver.yaml'), 0o600);
    const { results } = assessNode(
      { tree: openTree(root), processes: [], now: 0 },
      { benchmark: '1.12', site: defaultSite, only: ['1.2.1'] },
    );
    assert.equal(results[0]?.decision.status, 'UNKNOWN');
    assert.match(results[0]?.decision.missing ?? '', /binary/);
  });
});

function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let depth = 1; depth < 12; depth += 1) {
    lines.push(
      `a${depth}: &a${depth} [${Array(9)
        .fill(`*a${depth - 1}`)
        .join(', ')}]`,
    );
  }
  return `${lines.join('\n')}\n`;
}

test('a container sees the node’s files at its own paths, and the rest of its files not at all', () => {
  const host = createMemoryTree({ '/srv/pki/ca.crt': { text: 'ca' }, '/etc/shadow': { text: 'x' } });
  const tree = createMountedTree(host, [{ containerPath: '/etc/pki', hostPath: '/srv/pki' }]);
  assert.deepEqual(tree.read('/etc/pki/ca.crt'), { kind: 'found', value: 'ca' });
  assert.equal(tree.locate('/etc/pki/ca.crt'), '/srv/pki/ca.crt');
  assert.equal(tree.read('/etc/pki-other/ca.crt').kind, 'unreadable');
  assert.equal(tree.read('/etc/shadow').kind, 'unreadable');
});
