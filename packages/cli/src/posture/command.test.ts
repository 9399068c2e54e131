import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { run } from '../run.ts';
import { createPalette } from '../terminal/color.ts';
import { visibleWidth } from '../terminal/table.ts';

const examples = join(import.meta.dirname, '../../../posture/examples');
const kubeadm = join(examples, 'kubeadm');

async function seawall(...words: string[]) {
  const written = { output: '', errors: '' };
  const stream = (name: 'output' | 'errors') => ({
    isTerminal: false,
    columns: undefined,
    palette: createPalette(false),
    write(text: string | Uint8Array) {
      written[name] += text;
    },
  });
  const terminal = {
    input: Readable.from([]),
    environment: {},
    output: stream('output'),
    errors: stream('errors'),
  };
  const code = await run(words, terminal);
  return { code, ...written };
}

describe('seawall check', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'seawall-posture-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('prints an aligned table without colour, the worst first, and exits with 1 when something fails', async () => {
    const { code, output } = await seawall('check', '--config-root', kubeadm);
    assert.equal(code, 1);
    assert.doesNotMatch(output, /\u001b/);
    const lines = output.split('\n');
    const head = lines.find((line) => line.startsWith('STATUS'))!;
    const column = visibleWidth(head.slice(0, head.indexOf('SEVERITY')));
    const rows = lines.filter((line) => line.startsWith('FAIL'));
    assert.ok(rows.length > 10);
    const severities = rows.map((row) => /^\w+/.exec(row.slice(column))![0]);
    const order = ['critical', 'high', 'medium', 'low'];
    assert.deepEqual(
      severities,
      severities.toSorted((left, right) => order.indexOf(left) - order.indexOf(right)),
    );
  });

  test('takes another exit code, chooses components and checks, and refuses names that nothing has', async () => {
    assert.equal((await seawall('check', '--config-root', kubeadm, '--exit-code', '0')).code, 0);
    assert.equal((await seawall('check', '--config-root', kubeadm, '--exit-code', '7')).code, 7);
    const chosen = await seawall(
      'check',
      'etcd',
      '--config-root',
      kubeadm,
      '--check',
      '2.1,2.2',
      '--skip',
      '2.2',
      '--output',
      'json',
    );
    assert.deepEqual(
      JSON.parse(chosen.output).results.map(({ check }: { check: string }) => check),
      ['etcd-tls'],
    );
    for (const words of [['--check', '9.9'], ['etdc'], ['--probe', 'etcd']]) {
      const { code, errors } = await seawall('check', '--config-root', kubeadm, ...words);
      assert.equal(code, 2, errors);
    }
    assert.equal((await seawall('check', '--config-root', join(folder, 'nowhere'))).code, 3);
  });

  test('writes changed copies that pass, and leaves the originals as they were', async () => {
    const manifest = join(kubeadm, 'etc/kubernetes/manifests/kube-apiserver.yaml');
    const original = readFileSync(manifest, 'utf8');
    const target = join(folder, 'fixes');
    const { code } = await seawall(
      'check',
      '--config-root',
      kubeadm,
      '--check',
      '1.2.15',
      '--fix-dir',
      target,
    );
    assert.equal(code, 1);
    assert.equal(readFileSync(manifest, 'utf8'), original);
    assert.deepEqual(readdirSync(target).toSorted(), ['etc', 'fix.diff']);
    const fixed = await seawall('check', '--config-root', target, '--check', '1.2.15');
    assert.equal(fixed.code, 0, fixed.output);
    const again = await seawall('check', '--config-root', kubeadm, '--check', '1.2.15', '--fix-dir', target);
    assert.match(again.errors, /nothing is overwritten/);
  });

  test('compares with an earlier report', async () => {
    const baseline = join(folder, 'baseline.json');
    writeFileSync(baseline, (await seawall('check', '--config-root', kubeadm, '--output', 'json')).output);
    const same = await seawall('check', '--config-root', kubeadm, '--compare', baseline);
    assert.deepEqual([same.code, same.output], [0, 'nothing changed\n']);
  });

  test('says the same of a collected folder as of where it was collected', async () => {
    const target = join(folder, 'collected');
    assert.equal((await seawall('posture', 'collect', target, '--config-root', kubeadm)).code, 0);
    const results = async (root: string) =>
      JSON.parse((await seawall('check', '--config-root', root, '--output', 'json')).output).results;
    assert.deepEqual(await results(target), await results(kubeadm));
  });

  test('shows what is in effect with its place, explains checks, and lists them all', async () => {
    const shown = await seawall('posture', 'show', 'kubelet', '--config-root', kubeadm);
    assert.match(
      shown.output,
      /^anonymous-auth +false +authentication\.anonymous\.enabled in \/var\/lib\/kubelet\/config\.yaml:4$/m,
    );
    assert.match((await seawall('posture', 'explain', '4.2.1')).output, /kubelet-anonymous-auth/);
    const listed = JSON.parse((await seawall('posture', 'checks', '--output', 'json')).output);
    assert.ok(listed.length > 100);
  });
});
