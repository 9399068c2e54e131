import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalText } from './condition/text.ts';
import { lintRuleSet } from './lint/lint.ts';
import { renderLoadMessage } from './load/message.ts';
import { loadTexts, syscallTestCatalogue } from './load/testing.ts';
import type { LoadOptions, LoadResult } from './rule-set.ts';

/** What the articles take from Falco's rules of their time, as far as they use it, in our words. */
const surroundings = `
- macro: spawned_process
  condition: (evt.type in (execve, execveat) and evt.rawres = 0)
- macro: open_read
  condition: (evt.type in (open, openat, openat2) and evt.is_open_read = true and fd.typechar = "f")
- macro: open_write
  condition: (evt.type in (open, openat, openat2) and evt.is_open_write = true and fd.typechar = "f")
- macro: container
  condition: (container.id != host)
- macro: outbound
  condition: (evt.type in (connect, sendto, sendmsg) and fd.typechar in (4, 6))
- macro: inbound
  condition: (evt.type in (accept, accept4, listen) and fd.typechar in (4, 6))
- list: user_mgmt_binaries
  items: [useradd, passwd]
- list: cron_binaries
  items: [cron, crond]
`;

/** Falco's today: no loopback, no private ranges. */
const outboundOfToday = surroundings.replace(
  'fd.typechar in (4, 6))\n- macro: inbound',
  'fd.ip != "0.0.0.0" and fd.net != "127.0.0.0/8" and not fd.snet in ("10.0.0.0/8"))\n- macro: inbound',
);

function loadSnippet(snippet: string, before = surroundings, options: LoadOptions = {}): LoadResult {
  return loadTexts([before, snippet], options);
}

/** The snippet loads; the codes of what is told about the snippet itself. */
function codesOf(snippet: string): readonly string[] {
  const { files, ruleSet } = loadSnippet(snippet);
  assert.ok(ruleSet, files[1]!.messages.map(renderLoadMessage).join('\n'));
  return files[1]!.messages.filter(({ place }) => place.file === 'rules2.yaml').map(({ code }) => code);
}

function lintsOf(loaded: LoadResult): readonly string[] {
  return lintRuleSet(loaded.ruleSet!, [syscallTestCatalogue]).map(({ lint }) => lint);
}

const allowedProcesses = `
- list: etcd_authorized_processes
  items: [etcd]

- rule: Etcd allowed processes
  desc: Whitelist of authorized etcd processes
  condition: spawned_process and not proc.name in etcd_authorized_processes
  output: Unauthorized process (%proc.cmdline) running in (%container.id)
  priority: ERROR
`;

const allowedContainers = `
- macro: allowed_containers
  condition:  (container.image startswith gcr.io/google_containers/etcd-amd64 or
              container.image startswith gcr.io/google_containers/k8s-dns-dnsmasq-nanny-amd64 or
              container.image startswith gcr.io/google_containers/kube-scheduler-amd64)

- rule: Unallowed container running in kube-system namespace
  desc: Unallowed container running in kube-system namespace
  condition: container and not allowed_containers
  output: Unallowed container running in kube-system namespace (%container.info)
  priority: ERROR
`;

const secrets = `
- macro: proc_is_new
  condition: proc.duration <= 5000000000

- rule: Read secret file after startup
  desc: >
    an attempt to read any secret file (e.g. files containing user/password/authentication
    information) Processes might read these files at startup, but not afterwards.
  condition: fd.name startswith /etc/secrets and open_read and not proc_is_new
  output: >
    Sensitive file opened for reading after startup (user=%user.name
    command=%proc.cmdline file=%fd.name)
  priority: WARNING
`;

const kubelet = `
- macro: kubelet_ports
 condition: fd.sport in (10248, 10250, 10255)

- rule: Pod connecting to kubelet
 desc: A pod is opening an outbound network connection to the local kubelet
 condition: outbound and fd.sip = "127.0.0.1" and kubelet_ports
 output: Pod connecting to local kubelet (command=%proc.cmdline %container.info connection=%fd.name)
 priority: WARNING
`;

const users = `
- rule: User management operations
  desc: User created or modified inside a pod
  condition: proc.name in (user_mgmt_binaries) and not proc.pname in (cron_binaries, systemd, run-parts)
  output: User management binary run on container (command=%proc.cmdline %container.info)
  priority: ERROR
`;

const directories = `
- macro: etcd_write_allowed_directories
  condition: evt.arg[1] startswith /var/lib/etcd

- rule: Write to non write allowed dir (etcd)
  desc: attempt to write to directories that should be immutable
  condition: open_write and not etcd_write_allowed_directories
  output: "Writing to non write allowed dir (user=%user.name command=%proc.cmdline file=%fd.name)"
  priority: ERROR
`;

const ports = `
- list: kube_proxy_port_processes
  items: [kube-proxy]

- rule: Unauthorized process opened a port
  desc: A kube_proxy process tried to open a port and is not whitelisted
  condition: evt.type=listen and not proc.name in (kube_proxy_port_processes)
  output: Non-whitelisted process opened a port (command=%proc.cmdline connection=%fd.name)
  priority: WARNING
`;

const nodePort = `
- rule: Unexpected NodePort connection
  desc: A service has been declared using type NodePort
  condition: (outbound or inbound) and fd.sport >= 30000 and fd.sport <= 32767
  output: A service is using a NodePort connection (command=%proc.cmdline connection=%fd.name)
  priority: WARNING
`;

test('the snippets load as printed', () => {
  assert.deepEqual(codesOf(allowedProcesses), []);
  assert.deepEqual(codesOf(secrets), []);
  assert.deepEqual(codesOf(directories), []);
  assert.deepEqual(codesOf(ports), []);
  assert.deepEqual(codesOf(nodePort), []);
});

test('row 6: the list without parentheses', () => {
  const { ruleSet } = loadSnippet(allowedProcesses);
  assert.match(canonicalText(ruleSet!.rules[0]!.condition), /not proc\.name in etcd\)$/);
});

test('row 4: %container.info is deprecated and still works', () => {
  assert.deepEqual(codesOf(allowedContainers), ['LOAD_DEPRECATED_ITEM', 'LOAD_NO_EVTTYPE']);
  assert.deepEqual(codesOf(users), ['LOAD_DEPRECATED_ITEM', 'LOAD_NO_EVTTYPE']);
  const of2017 = loadSnippet(users, surroundings, { meaning: '2017' });
  assert.ok(of2017.ruleSet!.rules[0]!.output.endsWith(' %container.name (id=%container.id))'));
});

test('row 1: argument 1 of openat is no path, and the option of 2017 makes it one', () => {
  assert.deepEqual(lintsOf(loadSnippet(directories)), ['argument-index', 'prefix-boundary']);
  const of2017 = loadSnippet(directories, surroundings, { meaning: '2017' });
  assert.match(
    canonicalText(of2017.ruleSet!.rules[0]!.condition),
    /not evt\.arg\.name startswith \/var\/lib\/etcd\)$/,
  );
  assert.deepEqual(lintsOf(of2017), ['prefix-boundary']);
});

test('row 8: an allowed directory without a slash at its end', () => {
  const bounded = directories.replace(
    'evt.arg[1] startswith /var/lib/etcd',
    'fd.name startswith /var/lib/etcd/',
  );
  assert.deepEqual(lintsOf(loadSnippet(bounded)), []);
});

test('row 3: the snippet that is no YAML: line, column, key, corrected text', () => {
  const { files, ruleSet } = loadSnippet(kubelet);
  assert.equal(ruleSet, undefined);
  const rendered = renderLoadMessage(files[1]!.messages[0]!);
  assert.match(
    rendered,
    /^rules2\.yaml:3:2: error: the key 'condition' stands one column too far to the left/,
  );
  assert.ok(
    rendered.includes('      - macro: kubelet_ports\n        condition: fd.sport in (10248, 10250, 10255)'),
  );
});

test("row 2: with today's outbound it can never fire, with ours it can", () => {
  const mended = kubelet.replace(/^ (?=\w)/gm, '  ');
  assert.deepEqual(lintsOf(loadSnippet(mended)), []);
  const loaded = loadSnippet(mended, outboundOfToday);
  const [finding] = lintRuleSet(loaded.ruleSet!, [syscallTestCatalogue]);
  assert.equal(finding!.lint, 'never-true');
  assert.match(
    finding!.message,
    /'fd\.net != 127\.0\.0\.0\/8' \(from macro outbound\) and 'fd\.sip = 127\.0\.0\.1'/,
  );
});

test("row 15: which end a connection's port is of", () => {
  assert.deepEqual(lintsOf(loadSnippet(nodePort)), ['connection-end']);
});
