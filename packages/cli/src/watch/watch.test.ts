import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { killWithTest, until } from '@seawall/base/testing';
import { isAtRest } from '../testing/processes.ts';
import { runCommand } from '../testing/run-command.ts';

const examples = join(import.meta.dirname, '../../../../examples/control-plane');
const attack = join(examples, 'attack.scap.gz');
const audit = join(examples, 'attack.audit.jsonl.gz');
const scratch = mkdtempSync(join(tmpdir(), 'seawall-watch-'));
after(() => rmSync(scratch, { recursive: true }));

/** The programs that start in the recording: a five-hundredth of its events. */
const capture = join(scratch, 'programs.scap');
before(async () => {
  const { code } = await runCommand(['capture', 'copy', attack, 'evt.type', '=', 'execve', '-w', capture]);
  assert.equal(code, 0);
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}

const rules = file(
  'rules.yaml',
  `
- rule: Shell
  desc: a shell
  condition: evt.type = execve and proc.name = sh and proc.tty != 0 and container.id != host
  output: a shell (command=%proc.cmdline)
  priority: NOTICE
  tags: [shell]
- rule: Terminal
  desc: anything on a terminal
  condition: evt.type = execve and proc.tty != 0
  output: on a terminal (command=%proc.cmdline)
  priority: INFO
  tags: [terminal]
`,
);
const auditRules = file(
  'audit.yaml',
  `
- rule: NodePort
  desc: a service with a node port
  condition: ka.verb = create and ka.target.resource = services
  output: service %ka.target.name by %ka.user.name
  priority: WARNING
  source: k8s_audit
`,
);
const watch = (...words: string[]) => runCommand(['watch', ...words]);

test('alerts are printed as text, with their container, and summed up on standard error', async () => {
  const { code, stdout, stderr } = await watch('--capture', capture, '--rules', rules);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^21:31:56\.182619956: Notice a shell \(command=sh\) container_id=176514b65d20 container_name=<NA> /m,
  );
  assert.match(stderr, /alerts \(1 Notice, \d+ Informational\) in 1,004 events/);
  assert.match(stderr, /1,004 seen = 1,004 evaluated \+ 0 no rule asks for \+ 0 dropped/);
});

test('without the container plugin what is in a container is told by the users and interfaces of the host, as Falco does', async () => {
  const accepted = join(scratch, 'accepted.scap');
  const { code } = await runCommand(['capture', 'copy', attack, 'evt.type', '=', 'accept4', '-w', accepted]);
  assert.equal(code, 0);
  const text = `
- rule: Served
  desc: a connection to this machine
  condition: evt.type = accept4 and fd.is_server = true
  output: served (user=%user.name)
  priority: INFO
`;
  const args = ['--capture', accepted, '--rules', file('served.yaml', text), '--summary', 'json'];
  const alertsOf = async (...more: string[]) => (await watch(...args, ...more)).stdout.split('\n').length - 1;
  const [all, withContainers] = [await alertsOf('--without', 'container'), await alertsOf()];
  assert.ok(all > withContainers, `${all} and ${withContainers}`);
});

test('with all rules counting every match alerts, with the first only the first one', async () => {
  const args = ['--capture', capture, '--rules', rules, '--output', 'json', '--summary', 'json'];
  const [all, first] = await Promise.all([watch(...args), watch(...args, '--rule-matching', 'first')]);
  const counts = ({ stderr }: { stderr: string }) =>
    (JSON.parse(stderr) as { byRule: Record<string, number> }).byRule;
  assert.equal(counts(all).Terminal - counts(all).Shell, counts(first).Terminal);
  assert.equal(counts(first).Shell, counts(all).Shell);
  const alert = JSON.parse(all.stdout.split('\n')[0]) as Record<string, unknown>;
  assert.deepEqual(Object.keys(alert), [
    'hostname',
    'output',
    'output_fields',
    'priority',
    'rule',
    'source',
    'tags',
    'time',
  ]);
  assert.equal(alert.hostname, 'node1');
});

test('rules are chosen by tag, name and priority, and outputs are added to', async () => {
  const { stdout } = await runCommand(
    [
      ...[
        'watch',
        '--capture',
        capture,
        '--rules',
        rules,
        '-t',
        'shell',
        '--output',
        'json',
        '--summary',
        'none',
      ],
      ...['--no-suggested-output', '--add-output', 'pid=%proc.pid', '--add-field', 'evt.num', '--iso-time'],
      ...['--metadata', join(examples, 'attack.containers.json.gz'), '--hostname', 'elsewhere'],
    ],
    { environment: { FALCO_HOSTNAME: 'not-this' } },
  );
  const alerts = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual([...new Set(alerts.map(({ rule }) => rule))], ['Shell']);
  assert.equal(alerts[0].output, '2026-11-21T21:31:56.182619956+0000: Notice a shell (command=sh) pid=26513');
  assert.equal((alerts[0].output_fields as Record<string, unknown>)['evt.num'], 47);
  assert.equal(alerts[0].hostname, 'elsewhere');
  const none = await watch('--capture', capture, '--rules', rules, '--priority', 'warning', '-D', 'Sh*');
  assert.equal(none.stdout, '');
  assert.match(none.stderr, /no rule runs: 2 rules are loaded/);
});

test('outputs are added to rules whose source has the fields; what no source has is the option’s fault', async () => {
  const both = ['--rules', rules, auditRules, '--no-suggested-output', '--output', 'json'];
  const added = ['--add-output', 'pid=%proc.pid', '--add-field', 'proc.pid', '--add-field', 'ka.verb'];
  const { code, stdout, stderr } = await watch('--capture', capture, ...both, ...added);
  assert.equal(code, 0);
  const alert = JSON.parse(stdout.split('\n')[0]) as { output: string; output_fields: object };
  assert.match(alert.output, / pid=\d+$/);
  assert.deepEqual(Object.keys(alert.output_fields), ['evt.time', 'proc.cmdline', 'proc.pid']);
  assert.match(stderr, /--add-field ka\.verb adds nothing: it is for rules about k8s_audit/);
  const wrong: [RegExp, ...string[]][] = [
    [/--add-field proc\.pidd: .*is it proc\.pid\?/, '--add-field', 'proc.pidd'],
    [/--add-field proc\.pid x: that is no field/, '--add-field', 'proc.pid x'],
    [/--add-output %nope\.x: .*%nope\.x is no field/, '--add-output', '%nope.x'],
    [/-o append_output\[\]\.extra_output=%: /, '-o', 'append_output[].extra_output=%'],
  ];
  for (const [pattern, ...words] of wrong) {
    const refused = await watch('--capture', capture, ...both, ...words);
    assert.match(refused.stderr, pattern);
    assert.equal(refused.code, 2);
    assert.doesNotMatch(refused.stderr, /audit\.yaml/);
  }
});

test('audit logs are watched, faults in them told and passed over', async () => {
  const lines = gunzipSync(readFileSync(audit));
  const input = Buffer.concat([Buffer.from('{"kind":"Event"\n'), lines]);
  const args = ['watch', '--source', 'k8s_audit', '--input', '-', '--rules', auditRules];
  const { code, stdout, stderr } = await runCommand(args, { input });
  assert.equal(code, 0);
  assert.match(stdout, /^21:33:22\.\d{9}: Warning service web-np by kubernetes-admin$/m);
  assert.match(stderr, /standard input:1:16: the value does not end/);
  assert.match(stderr, /1 place of the input held no event/);
  assert.match(stderr, /in 1,087 events/);
  const failing = await runCommand([...args, '--fail-on-alert'], { input: lines });
  assert.equal(failing.code, 1);
});

test('an input that is no JSON at all is no audit log, unless it is empty', async () => {
  const args = ['watch', '--source', 'k8s_audit', '--input', '-', '--rules', auditRules];
  for (const input of ['cluster: a\nnodes: b\n', Buffer.from([0, 1, 0xff, 0x7b, 0x0a, 0x80])]) {
    const { code, stderr } = await runCommand(args, { input });
    assert.equal(code, 3);
    assert.match(stderr, /\n[^\n]*nothing in standard input is an audit event: .* \[cli\/EVENTS_ABSENT\]\n$/);
  }
  for (const input of ['', '\n', '[]\n', '{}\n']) assert.equal((await runCommand(args, { input })).code, 0);
});

test('a capture comes from standard input as well, and what breaks off is replayed as far as it goes', async () => {
  const whole = readFileSync(capture);
  const cut = whole.subarray(0, whole.length - 101);
  const { code, stdout, stderr } = await runCommand(['watch', '--capture', '-', '--rules', rules], {
    input: cut,
  });
  assert.equal(code, 3);
  assert.match(stdout, /a shell/);
  assert.match(stderr, /standard input ends in the middle of an? .* \[events\/CAPTURE_TRUNCATED\]/);
  assert.doesNotMatch(stderr, /\n {4}at /);
});

test('wrong usage says what is wrong and exits with 2', async () => {
  const cases: [RegExp, ...string[]][] = [
    [/--rules/, '--capture', capture],
    [/a number above 0/, '--rules', rules, '--seconds', '0'],
    [/--record/, '--rules', rules, '--capture', capture, '--record', 'copy.scap'],
    [/--runtime cri=\/x\.sock: .*live/, '--rules', rules, '--capture', capture, '--runtime', 'cri=/x.sock'],
    [
      /--runtime cri=\/x\.sock: .*live/,
      ...['--rules', auditRules, '--source', 'k8s_audit', '--input', audit, '--runtime', 'cri=/x.sock'],
    ],
    [
      /--metadata nofile: .*system calls/,
      ...['--rules', auditRules, '--source', 'k8s_audit', '--input', audit, '--metadata', 'nofile'],
    ],
    [/needs --input FILE/, '--rules', rules, '--source', 'k8s_audit'],
    [/system calls are read with --capture/, '--rules', rules, '--input', audit],
    [/use --input/, '--rules', auditRules, '--source', 'k8s_audit', '--capture', capture],
    [/priorities are Emergency/, '--rules', rules, '--capture', capture, '--priority', 'loud'],
    [/there is no such setting/, '--rules', rules, '--capture', capture, '-o', 'x=1'],
    [/all or first/, '--rules', rules, '--capture', capture, '--rule-matching', 'last'],
  ];
  const results = await Promise.all(cases.map(([, ...words]) => watch(...words)));
  for (const [index, [pattern]] of cases.entries()) {
    assert.match(results[index].stderr, pattern);
    assert.equal(results[index].code, 2, String(pattern));
  }
});

test('files that are missing or no capture are named, with exit code 3', async () => {
  const missing = await watch('--capture', join(scratch, 'absent.scap'), '--rules', rules);
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /absent\.scap.*events\/CAPTURE_UNREADABLE/);
  const noRules = await watch('--capture', capture, '--rules', join(scratch, 'absent.yaml'));
  assert.equal(noRules.code, 3);
  assert.match(noRules.stderr, /absent\.yaml: there is no such file \[cli\/FILE_UNREADABLE\]/);
  const debug = await runCommand(['watch', '--capture', rules, '--rules', rules], {
    environment: { SEAWALL_DEBUG: '1' },
  });
  assert.equal(debug.code, 3);
  assert.match(debug.stderr, /rules\.yaml is not a \.scap capture/);
  assert.match(debug.stderr, /\n {4}at /);
});

test('rules with errors are shown with the place, and exit with 1', async () => {
  const broken = file(
    'broken.yaml',
    '- rule: X\n  desc: x\n  condition: proc.nam = sh\n  output: x\n  priority: INFO\n',
  );
  const { code, stderr } = await watch('--capture', capture, '--rules', broken);
  assert.equal(code, 1);
  assert.match(stderr, /broken\.yaml:3:14: error: .*proc\.nam/);
});

test('what comes in through a pipe and does not end is ended in order by a signal, with its summary', async () => {
  const recording = readFileSync(capture);
  const log = gunzipSync(readFileSync(audit));
  const inputs: [readonly string[], Uint8Array, RegExp][] = [
    [['--capture', '-', '--rules', rules], recording, /1,004 seen/],
    // It breaks off in the middle of an event.
    [['--capture', '-', '--rules', rules], recording.subarray(0, recording.length - 9), /1,00[0-4] seen/],
    [['--source', 'k8s_audit', '--input', '-', '--rules', auditRules], log, / seen = /],
  ];
  for (const [words, bytes, pattern] of inputs) {
    const { code, stdout, stderr } = await interrupt(['watch', ...words], bytes);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /on a terminal|service/);
    assert.match(stderr, pattern);
    assert.doesNotMatch(stderr, /seawall:/);
  }
});

/** Sends a signal to a command whose standard input stays open, once it has nothing left to do about what came in. */
async function interrupt(words: readonly string[], input: Uint8Array) {
  const main = join(import.meta.dirname, '../main.ts');
  const child = killWithTest(spawn(process.execPath, ['--conditions=seawall-source', main, ...words]));
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(input);
  const ended = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), ended]);
  const { pid, stdin } = child;
  await until(() => child.exitCode !== null || (stdin.writableLength === 0 && isAtRest(pid as number)));
  child.kill('SIGINT');
  const [code] = await ended;
  return { code: code as number | null, stdout, stderr };
}
