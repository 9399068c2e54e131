import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { locateShared } from '../../../../test/shared.ts';
import { runCommand } from '../testing/run-command.ts';

const examples = join(import.meta.dirname, '../../../../examples');
const kubeSystem = join(examples, 'profiles/kube-system.yaml');
const attack = join(examples, 'control-plane/attack');
const scratch = mkdtempSync(join(tmpdir(), 'seawall-profile-'));
after(() => rmSync(scratch, { recursive: true }));

/** Generates rules from a profile, and checks them as a user would. @returns the rule file's path. */
async function generate(name: string, profile: string): Promise<string> {
  const generated = await runCommand(['profile', 'generate', '-'], { input: profile });
  assert.equal(generated.code, 0, generated.stderr);
  const path = join(scratch, `${name}.yaml`);
  writeFileSync(path, generated.stdout);
  const checked = await runCommand(['rules', 'check', '--fail-on-warning', path]);
  assert.match(checked.stdout, /^\d+ rules? in 1 file: 0 errors, 0 warnings$/m);
  assert.equal(checked.code, 0);
  return path;
}

/** What rules raise on a recording: `RULE: what it happened to`, the latter from the first field given that is there. */
async function replay(recording: string, rules: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runCommand([
    'watch',
    ...['--capture', `${recording}.scap.gz`, '--metadata', `${recording}.containers.json.gz`],
    ...['--rules', rules, '--no-suggested-output', '--output', 'json', '--summary', 'none'],
  ]);
  assert.equal(code, 0, stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { rule, output_fields: fields } = JSON.parse(line) as {
        rule: string;
        output_fields: Record<string, string>;
      };
      const command = fields['proc.cmdline']!.split(' ')[0];
      const what = fields['fd.name']?.replace(/^.*->/, '');
      return `${rule}: ${command}${what === undefined ? '' : ` ${what}`}`;
    });
}

/** How often each occurs, without what useradd and passwd do in /etc and /home. */
function counted(alerts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const alert of alerts) {
    const shown = alert.replace(/ (\/etc|\/home)\/.*$/, ' $1/...');
    counts[shown] = (counts[shown] ?? 0) + 1;
  }
  return counts;
}

let kubeSystemRules: string;
before(async () => {
  kubeSystemRules = await generate('kube-system', readFileSync(kubeSystem, 'utf8'));
});

test('the article’s profile raises every step of the attack that breaks it, and nothing else', async () => {
  assert.deepEqual(counted(await replay(attack, kubeSystemRules)), {
    'Process outside the profile (etcd): sh': 4,
    'Write outside the profile (etcd): sh /dev/tty': 1,
    'Process outside the profile (etcd): ps': 1,
    'Process outside the profile (etcd): ls': 1,
    'Process outside the profile (kube_apiserver): wget': 1,
    'Connection by a program outside the profile (kube_apiserver): wget 203.0.113.80:80': 1,
    'Process outside the profile (kube_apiserver): curl': 1,
    'Connection by a program outside the profile (kube_apiserver): curl 192.168.56.1:8000': 1,
    'Process outside the profile (kube_dns): passwd': 1,
    'Write outside the profile (kube_dns): passwd /etc/...': 2,
    'Process outside the profile (kube_dns): useradd': 1,
    'Write outside the profile (kube_dns): useradd /etc/...': 25,
    'Write outside the profile (kube_dns): useradd /home/...': 3,
    'Write outside the profile (etcd): sh /etc/...': 1,
    'Process outside the profile (etcd): mkdir': 1,
    'Write outside the profile (etcd): sh /opt/cache/stage2': 1,
    'Process outside the profile (kube_dns): sh': 1,
    'Process outside the profile (kube_dns): sleep': 1,
    'Process outside the profile (kube_scheduler): curl': 1,
    'Connection by a program outside the profile (kube_scheduler): curl 127.0.0.1:10250': 1,
    'Process outside the profile (kube_controller): curl': 1,
    'Connection by a program outside the profile (kube_controller): curl 127.0.0.1:10255': 1,
    'Write outside the profile (kube_controller): curl /dev/null': 1,
    'Process outside the profile (etcd): wget': 1,
    'Connection by a program outside the profile (etcd): wget 127.0.0.1:10248': 1,
    'Process outside the profile (kube_apiserver): nc': 1,
    'Connection by a program outside the profile (kube_apiserver): nc 203.0.113.80:31337': 1,
    'Process outside the profile (etcd): curl': 1,
    'Connection by a program outside the profile (etcd): curl 192.168.56.11:30080': 1,
    'Process outside the profile (etcd): touch': 1,
    'Write outside the profile (etcd): touch /usr/bin/x': 1,
    'Process outside the profile (kube_apiserver): cat': 1,
  });
});

const quiet = locateShared('captures/control-plane/a/quiet-a');
const skip =
  quiet !== undefined && existsSync(`${quiet}.scap.gz`) ? false : 'SKIPPED: the quiet recording is not here';
test('the article’s profile raises nothing in 200 seconds of ordinary work', { skip }, async () => {
  assert.deepEqual(await replay(quiet!, kubeSystemRules), []);
});

test('directories end at a slash, and reads, peers, ports, images and namespaces are guarded as well', async () => {
  const rules = await generate(
    'more',
    `
- podname: etcd
  write_dir: [/opt/cac, /usr/bin, /etc/nsswitch.conf, "/dev/tt[xyz]", /var/lib/*/note.txt]
- podname: kube-apiserver
  read_dir: [/lib, /usr/lib, /etc/ld.so.cache, /etc/kubernetes, /proc, /sys, "/etc/*.conf", /etc/wgetrc,
    /usr/share, /etc/hosts, /etc/localtime, /etc/passwd, /etc/services, /etc/ssl]
  peers: [127.0.0.0/8, "::1", 192.168.56.11]
- podname: kube-proxy
  listen_proc: [kube-proxy]
  ports: [30080]
- podname: toolbox
  images: [docker.io/acmetools/other]
- podname: web
  namespace: shop
  listen_proc: false
  ports: [4445]
- podname: debugger
  namespace: shop
  images: ["docker.io/acmetools/toolbox:latest"]
`,
  );
  assert.deepEqual(counted(await replay(attack, rules)), {
    'Write outside the profile (etcd): sh /opt/cache/stage2': 1,
    'Connection to a peer outside the profile (kube-apiserver): wget 203.0.113.80:80': 1,
    'Connection to a peer outside the profile (kube-apiserver): curl 192.168.56.1:8000': 1,
    'Connection to a peer outside the profile (kube-apiserver): nc 203.0.113.80:31337': 1,
    'Listening by a program outside the profile (kube-proxy): nc 0.0.0.0:4444': 1,
    'Port outside the profile (kube-proxy): nc 0.0.0.0:4444': 1,
    'Listening by a program outside the profile (shop/web): nc 0.0.0.0:4445': 1,
    'Read outside the profile (kube-apiserver): cat /etc/...': 1,
    'Image outside the profile (toolbox): sleep': 1,
  });
});

test('generated rules give the file back that they were made from', async () => {
  const extracted = await runCommand(['profile', 'extract', kubeSystemRules]);
  assert.equal(extracted.stdout, readFileSync(kubeSystem, 'utf8'));
  assert.deepEqual([extracted.code, extracted.stderr], [0, '']);
});

test('what extract leaves out is told on standard error', async () => {
  const own = `
- rule: Of my own
  desc: mine
  condition: evt.type = listen
  output: x
  priority: INFO
`;
  const generated = await runCommand(['profile', 'generate', '-'], { input: '- podname: a\n  ports: [1]\n' });
  const { stdout, stderr, code } = await runCommand(['profile', 'extract', '-'], {
    input: `${generated.stdout}${own}`.replace('evt.rawres = 0', 'evt.rawres >= 0'),
  });
  assert.equal(stdout, '- podname: a\n  ports: [1]\n');
  assert.match(stderr, /^left out, as not generated or switched off: Of my own$/m);
  assert.match(stderr, /^changed by hand, which a profile can’t hold: seawall_port_opened$/m);
  assert.equal(code, 0);
});

test('what is no profile is refused with line and column, and exit code 3', async () => {
  const { code, stdout, stderr } = await runCommand(['profile', 'generate', '-'], {
    input: '- podname: etcd\n  proc: [etcd]\n  write_dirs: [/var/lib/etcd]\n',
  });
  assert.deepEqual([code, stdout], [3, '']);
  assert.match(
    stderr,
    /standard input:3:3: there is no write_dirs: is it write_dir\? \[policies\/PROFILE_INVALID\]/,
  );
  const none = await runCommand(['profile', 'extract', kubeSystem]);
  assert.equal(none.code, 3);
  assert.match(none.stderr, /\[policies\/NO_PROFILE_RULES\]/);
});

test('a program of the profile’s that was put there is none, whatever its name', async () => {
  const profile = join(scratch, 'planted.yaml');
  writeFileSync(profile, '- podname: etcd\n  proc: [etcd]\n  write_dir: [/var/lib/etcd]\n');
  const rules = join(scratch, 'planted-rules.yaml');
  writeFileSync(rules, (await runCommand(['profile', 'generate', profile])).stdout);
  const cases = join(scratch, 'planted.test.yaml');
  writeFileSync(
    cases,
    `rules: [planted-rules.yaml]
containers:
  c:
    pod: kube-system/etcd-1
    image: "registry.k8s.io/etcd:3"
    mounts: ["/var/lib/kubelet/pods/1/volumes/kubernetes.io~empty-dir/x:/scratch::true:private"]
processes:
  own: {exe: /usr/local/bin/etcd, in: c}
  in an emptyDir: {exe: /scratch/etcd, in: c}
  in a tmpfs: {exe: /dev/shm/etcd, in: c}
  written: {exe: /opt/etcd, in: c, upperLayer: true}
  in memory: {exe: "/memfd:etcd (deleted)", name: etcd, memfd: true, in: c}
  runtime: {exe: /usr/bin/runc, in: c}
  no runtime: {exe: /scratch/runc, in: c}
cases:
  - name: only the image's own etcd
    rule: Process outside the profile (etcd)
    given: [{own: execve}, {in an emptyDir: execve}, {in a tmpfs: execve}, {written: execve}, {in memory: execve}]
    expect:
      - {fields: {proc.exepath: /scratch/etcd}, times: 1}
      - {fields: {proc.exepath: /dev/shm/etcd}, times: 1}
      - {fields: {proc.exepath: /opt/etcd}, times: 1}
      - {fields: {proc.is_exe_from_memfd: "true"}, times: 1}
  - name: only the node's own runtime
    rule: Write outside the profile (etcd)
    given: [{runtime: {open: {path: /etc/x, flags: O_WRONLY}}}, {no runtime: {open: {path: /etc/x, flags: O_WRONLY}}}]
    expect: [{fields: {proc.exepath: /scratch/runc}, times: 1}]
`,
  );
  const { code: exit, stdout, stderr } = await runCommand(['rules', 'test', cases]);
  assert.equal(exit, 0, stdout + stderr);
});
