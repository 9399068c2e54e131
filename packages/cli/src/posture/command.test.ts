import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { visibleWidth } from '../terminal/table.ts';
import { type RanHere, runHere } from '../testing/run-here.ts';

const examples = join(import.meta.dirname, '../../../posture/examples');
const kubeadm = join(examples, 'kubeadm');

function seawall(...words: string[]): Promise<RanHere> {
  return runHere(words);
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

  test('says what it cannot write, and calls no disk and no file in the way a fault of its own', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const fix = ['check', '--config-root', kubeadm, '--check', '1.2.15', '--fix-dir'];
    const collect = ['posture', 'collect', '--config-root', kubeadm];
    for (const [command, place] of [fix, collect].flatMap((words) =>
      [file, join(file, 'below'), kubeadm].map((path) => [words, path] as const),
    )) {
      const { code, errors } = await seawall(...command, place);
      assert.equal(code, 3, `${place}: ${errors}`);
      assert.match(errors, /cannot write|already holds files/);
    }
  });

  test('tells what is there, and ends with 3 where a component that was asked for is not', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    assert.equal((await seawall('check', '--config-root', empty)).code, 0);
    for (const words of [
      ['check', 'kubelet'],
      ['check', 'kubelet', '--exit-code', '0', '--output', 'json'],
      ['posture', 'show', 'kubelet'],
    ]) {
      const { code, errors } = await seawall(...words, '--config-root', empty);
      assert.equal(code, 3, words.join(' '));
      assert.match(errors, /^seawall: kubelet: asked for, but not found in \S+\/empty/);
    }
    const target = join(folder, 'only-kubelet');
    cpSync(join(kubeadm, 'var'), join(target, 'var'), { recursive: true });
    const { code, output, errors } = await seawall('check', 'kubelet', 'etcd', '--config-root', target);
    assert.equal(code, 3);
    assert.match(output, /kubelet/);
    assert.match(errors, /^seawall: etcd: asked for/);
  });

  test('says in one sentence what is wrong in a site file, a baseline, a collected folder', async () => {
    const file = join(folder, 'wrong');
    for (const [option, text, sentence] of [
      [
        '--site',
        'values: { podProcessLimit: many }',
        'values.podProcessLimit: expected number, received string',
      ],
      [
        '--site',
        'values: { usersSignInWith: [guess] }',
        'values.usersSignInWith.0: expected one of "oidc"|"webhook"',
      ],
      ['--site', '[]', 'is not a site file: expected object, received array'],
      ['--compare', '[]', '--output json": expected object, received array'],
      ['--compare', '{}', '--output json": format: expected "seawall.dev/posture-report/v1"'],
    ] as const) {
      writeFileSync(file, text);
      const { code, errors } = await seawall('check', '--config-root', kubeadm, option, file);
      assert.equal(code, 3);
      assert.ok(errors.includes(sentence), errors);
      assert.equal(errors.trim().split('\n').length, 1);
    }
    const collected = join(folder, 'damaged');
    mkdirSync(collected);
    writeFileSync(join(collected, 'seawall-collected.json'), '{}');
    const { errors } = await seawall('check', '--config-root', collected);
    assert.match(errors, /is damaged: format: expected "seawall\.dev\/collected\/v1"/);
  });

  test('refuses a certificate that no server can be shown, before any is asked', async () => {
    const garbage = join(folder, 'garbage.pem');
    writeFileSync(garbage, 'garbage');
    const pair = ['--certificate', garbage, '--key', garbage];
    for (const words of [
      ['posture', 'probe', 'kubelet=127.0.0.1:1'],
      ['check', '--config-root', kubeadm, '--configz-from', '127.0.0.1:1'],
      ['check', '--config-root', kubeadm, '--probe', 'kubelet=127.0.0.1:1'],
    ]) {
      const { code, errors } = await seawall(...words, ...pair);
      assert.equal(code, 3, errors);
      assert.match(errors, /garbage\.pem cannot be shown to a server/);
    }
  });

  test('refuses a choice of checks that leaves none, and lists that name nothing', async () => {
    for (const words of [
      ['--check', '4.2', '--skip', '4.2'],
      ['etcd', '--check', '4.2.1'],
      ['--check', ''],
      ['--probe', ','],
    ]) {
      const { code, output } = await seawall('check', '--config-root', kubeadm, ...words);
      assert.deepEqual([code, output], [2, ''], words.join(' '));
    }
  });

  test("refuses a --configz file that is no kubelet's answer: it would count for nothing", async () => {
    const file = join(folder, 'configz.json');
    for (const [text, code] of [
      ['null', 3],
      ['{"kind":"KubeletConfiguration"}', 3],
      ['{"kubeletconfig":{}}', 0],
    ] as const) {
      writeFileSync(file, text);
      const shown = await seawall('posture', 'show', 'kubelet', '--config-root', kubeadm, '--configz', file);
      assert.equal(shown.code, code, text);
    }
  });

  test('takes any part of a second as the time that a probe may take', async () => {
    for (const timeout of ['1e-9', '0.0015', '1.0005', '0.3333']) {
      const { code, errors } = await seawall('posture', 'probe', 'etcd=127.0.0.1:1', '--timeout', timeout);
      assert.equal(code, 0, errors);
    }
  });

  test('compares with an earlier report', async () => {
    const baseline = join(folder, 'baseline.json');
    writeFileSync(baseline, (await seawall('check', '--config-root', kubeadm, '--output', 'json')).output);
    const same = await seawall('check', '--config-root', kubeadm, '--compare', baseline);
    assert.deepEqual([same.code, same.output], [0, 'nothing changed\n']);
    assert.equal(
      (await seawall('check', '--config-root', kubeadm, '--compare', baseline, '--output', 'json')).code,
      0,
    );
  });

  test('refuses options that would do nothing beside the others', async () => {
    const compare = ['--compare', join(folder, 'baseline.json')];
    for (const words of [
      [...compare, '--fix-dir', join(folder, 'unused')],
      [...compare, '--diff'],
      [...compare, '--probe', 'kubelet=127.0.0.1:1'],
      [...compare, '--output', 'sarif'],
      ['--configz', 'configz.json', '--configz-from', '127.0.0.1:1'],
      ['--certificate', 'a.crt', '--key', 'a.key'],
      ['--configz-from', '127.0.0.1:1', '--expired-certificate', 'a.crt', '--expired-key', 'a.key'],
    ]) {
      const { code, output } = await seawall('check', '--config-root', kubeadm, ...words);
      assert.deepEqual([code, output], [2, ''], words.join(' '));
    }
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
