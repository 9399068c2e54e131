import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assessNode } from '../assess.ts';
import { hardenedNode } from '../fixtures/hardened.ts';
import { createMemoryTree } from '../node/tree.ts';
import { defaultSite, parseSite } from '../site.ts';
import { compareWithBaseline } from './compare.ts';
import { toJunit } from './junit.ts';
import { makeReport } from './report.ts';
import { toSarif } from './sarif.ts';
import { toAsff, toOcsf } from './security-hubs.ts';

const NOW = Date.UTC(2026, 5, 1);
const node = { tree: createMemoryTree(hardenedNode()), processes: [], now: NOW };
const weak = {
  ...node,
  tree: createMemoryTree({
    ...hardenedNode(),
    '/var/lib/kubelet/config.yaml': { text: 'readOnlyPort: 10255\nhealthz: "<&\u0001>"\n' },
  }),
};

function report(where: typeof node, site = defaultSite) {
  return makeReport(assessNode(where, { benchmark: '1.12', site }), 'node "1" <&>', NOW);
}

describe('exceptions', () => {
  const exception = (expires: string) => `exceptions:
- {check: kubelet-read-only-port, owner: anna, reason: old monitoring, expires: ${expires}}
`;

  test('an exception takes a failure out of account until its day, and not a day longer', () => {
    const until = (day: string) => {
      const { results } = assessNode(weak, {
        benchmark: '1.12',
        site: parseSite(exception(day), 'site.yaml'),
        only: ['kubelet-read-only-port'],
      });
      return results[0]!;
    };
    assert.equal(until('2026-06-01').accepted?.owner, 'anna');
    assert.equal(until('2026-05-31').accepted, undefined);
  });

  test('an exception that covers nothing is told, and one without an owner is refused with its place', () => {
    const site = parseSite(exception('2027-01-01'), 'site.yaml');
    const { staleExceptions } = assessNode(node, { benchmark: '1.12', site });
    assert.equal(staleExceptions.length, 1);
    assert.throws(() => parseSite('exceptions: [{check: a, reason: b, expires: 2027-01-01}]', 'site.yaml'), {
      code: 'posture/BAD_SITE_FILE',
      message: /exceptions\.0\.owner/,
    });
  });
});

test('a comparison tells what changed and nothing else', () => {
  const changes = compareWithBaseline(report(weak), JSON.stringify(report(node)), 'baseline.json');
  const port = changes.find(({ result }) => result.check === 'kubelet-read-only-port');
  assert.equal(port?.before, 'PASS');
  assert.equal(port?.result.status, 'FAIL');
  assert.ok(changes.every(({ result, before }) => result.status !== before));
  assert.deepEqual(compareWithBaseline(report(node), JSON.stringify(report(node)), 'baseline.json'), []);
  assert.throws(() => compareWithBaseline(report(node), '{}', 'x.json'), { code: 'posture/BAD_BASELINE' });
});

test('every format holds each result once, and text is escaped', () => {
  const made = report(weak);
  const sarif = toSarif(made, '1.0.0') as { runs: { results: { kind: string; level: string }[] }[] };
  assert.equal(sarif.runs[0]?.results.length, made.results.length);
  assert.ok(sarif.runs[0]?.results.every(({ kind, level }) => kind === 'fail' || level === 'none'));
  const junit = toJunit(made);
  assert.equal(junit.match(/<testcase /g)?.length, made.results.length);
  assert.ok(junit.includes('hostname="node &quot;1&quot; &lt;&amp;&gt;"'));
  assert.doesNotMatch(junit, /\u0001/);
  const asff = toAsff(made, { accountId: '123456789012', region: 'eu-west-1' }) as unknown[];
  assert.equal(asff.length, made.results.filter(({ status }) => status !== 'NOT APPLICABLE').length);
  assert.equal((toOcsf(made, '1.0.0') as unknown[]).length, made.results.length);
});
