import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { assessNode, type Result } from '../assess.ts';
import { planFixes } from '../fix/plan.ts';
import { authority, leaf, makeClusterCertificates } from '../fixtures/certificates.ts';
import { hardenedNode } from '../fixtures/hardened.ts';
import { makeWeakCertificate } from '../fixtures/weak-certificate.ts';
import { type Entries, knowingSite, type Weakness, weaknesses } from '../fixtures/weaknesses.ts';
import { createMemoryTree, overlayTree } from '../node/tree.ts';
import { defaultSite, type Site } from '../site.ts';
import { BENCHMARKS, type Check } from './check.ts';
import { checks } from './table.ts';

const NOW = Date.UTC(2026, 5, 1);

function benchmarkOf(check: Check) {
  return BENCHMARKS.find((benchmark) => check.cis[benchmark] !== undefined) ?? '1.12';
}

function assess(check: Check, tree: ReturnType<typeof createMemoryTree>, site: Site): Result {
  const options = { benchmark: benchmarkOf(check), site, only: [check.id] };
  const { results } = assessNode({ tree, processes: [], now: NOW }, options);
  assert.equal(results.length, 1);
  return results[0]!;
}

const entriesOf = (change: (entry: Entries[string], path: string) => Entries[string]) => (entries: Entries) =>
  Object.fromEntries(Object.entries(entries).map(([path, entry]) => [path, change(entry, path)]));

/** Ways not to be able to see: contents closed, modes closed, only certificates garbled. */
const blindfolds: readonly ((entries: Entries) => Entries)[] = [
  entriesOf((entry) => ({ ...entry, unreadable: 'permission denied' })),
  entriesOf((entry) => ({ ...entry, hidden: 'permission denied' })),
  entriesOf((entry, path) => (path.endsWith('.crt') ? { ...entry, text: 'garbled' } : entry)),
  entriesOf((entry, path) => (path.endsWith('-policy.yaml') ? { ...entry, text: '{' } : entry)),
  entriesOf((entry, path) => (path.endsWith('encryption.yaml') ? { ...entry, unreadable: 'no' } : entry)),
  (entries) => ({ ...entries, '/etc/kubernetes/manifests': { unreadable: 'permission denied' } }),
  (entries) => ({ ...entries, '/etc/cni/net.d': { unreadable: 'permission denied' } }),
  (entries) => {
    // Nothing that starts the kubelet can be read, and so nothing tells what starts it.
    const { '/lib/systemd/system/kubelet.service': _, ...rest } = entries;
    return { ...rest, '/etc/systemd/system/kubelet.service': { unreadable: 'permission denied' } };
  },
];

describe('every check', () => {
  let hardened: Entries = {};
  let table: readonly Weakness[] = [];
  before(async () => {
    const certificates = await makeClusterCertificates(NOW);
    hardened = hardenedNode(certificates.files);
    const foreign = await authority('somebody else', NOW);
    table = weaknesses({
      expired: (await leaf(certificates.cluster, 'old', ['serverAuth'], NOW, -1)).certificate,
      foreign: (await leaf(foreign, 'kube-apiserver-etcd-client', ['clientAuth'], NOW)).certificate,
      weak: makeWeakCertificate(),
    });
  });

  test('has exactly one weakness written for it', () => {
    assert.deepEqual(table.map(({ check }) => check).toSorted(), checks.map(({ id }) => id).toSorted());
  });

  for (const check of checks) {
    test(`${check.id} passes on the hardened node`, () => {
      const { decision } = assess(check, createMemoryTree(hardened), knowingSite);
      assert.equal(decision.status, 'PASS', decision.reason);
      assert.ok(decision.evidence.length > 0, 'says what it saw');
      for (const { origin } of decision.evidence) assert.notEqual(origin, '', 'says where that came from');
    });

    test(`${check.id} fails on its weakness, and passes once its fix is applied`, () => {
      const weakness = table.find((candidate) => candidate.check === check.id)!;
      const tree = createMemoryTree(weakness.apply(hardened));
      const site = weakness.site ?? knowingSite;
      const result = assess(check, tree, site);
      assert.equal(result.decision.status, 'FAIL', result.decision.reason);
      const plan = planFixes([result]);
      if (weakness.needsPerson === true) {
        assert.ok(plan.advice.length > 0 || plan.files.length > 0);
        return;
      }
      const texts = new Map(plan.files.map(({ path, after }) => [path, after]));
      const fixed = assess(check, overlayTree(tree, texts, plan.statuses), site);
      const diffs = plan.files.map(({ diff }) => diff).join('');
      assert.equal(
        fixed.decision.status,
        'PASS',
        `${fixed.decision.reason}\n${diffs}\n${plan.commands.join('\n')}`,
      );
      assert.ok(plan.files.length + plan.commands.length > 0);
    });

    test(`${check.id} is UNKNOWN, never FAIL, where it can't be seen`, () => {
      const statuses = blindfolds.map(
        (blindfold) => assess(check, createMemoryTree(blindfold(hardened)), defaultSite).decision,
      );
      for (const { status, reason } of statuses) assert.notEqual(status, 'FAIL', reason);
      const unknown = statuses.filter(({ status }) => status === 'UNKNOWN');
      assert.ok(unknown.length > 0, statuses.map(({ reason }) => reason).join('\n'));
      for (const { missing } of unknown) assert.ok((missing ?? '').length > 0, 'says what is missing');
    });
  }
});
