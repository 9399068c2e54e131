import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { listenWithTest } from '@seawall/base/testing';
import { eventTypeOfSymbol } from '@seawall/events';
import { openKindOf, probeSupport } from '@seawall/probe';
import type { Alert } from '../alert/alert.ts';
import { plainWatchOptions, rulesOf } from '../testing/plain-watch.ts';
import { withoutLosses } from '../testing/without-losses.ts';
import { kernelFilterFor } from './kernel-filter.ts';
import { wantedFor } from './wanted-calls.ts';
import { createLiveWatch } from './watch-live.ts';

const support = probeSupport();
const skip = support.isSupported ? false : support.reason;
const { catalogue } = plainWatchOptions;

/** For opens that succeed and fail, by access: what the kernel is to send. */
function opensOf(...conditions: string[]): Record<string, string> {
  const { opens } = kernelFilterFor(rulesOf(conditions), catalogue);
  const found: Record<string, string> = {};
  opens.forEach((wanted, kind) => {
    const { reads, writes, truncates, hasFailed } = openKindOf(kind);
    if (truncates || reads === writes) return;
    const name = `${reads ? 'read' : 'write'}${hasFailed ? ' failed' : ''}`;
    found[name] = wanted === 'all' ? 'all' : wanted.toSorted().join(' ');
  });
  return found;
}

const OPEN = 'evt.type in (open, openat, openat2)';

test('of opens, those are sent whose access, result and path some rule can match', () => {
  assert.deepEqual(
    opensOf(
      `${OPEN} and evt.is_open_read = true and fd.num >= 0 and (fd.name = /etc/shadow or fd.directory = /root)`,
      `${OPEN} and evt.is_open_write = true and fd.name startswith /etc/ and not proc.name = vi`,
    ),
    { read: '/etc/shadow /root', 'read failed': '', write: '/etc/', 'write failed': '/etc/' },
  );
});

test('what the kernel can’t see of a path makes no difference, what is denied neither', () => {
  assert.equal(opensOf(`${OPEN} and fd.name endswith .key`).read, 'all');
  assert.equal(opensOf(`${OPEN} and not fd.name = /etc/shadow`).read, 'all');
  assert.equal(opensOf(`${OPEN} and (fd.name = /etc/shadow or proc.name = cat)`).read, 'all');
  assert.equal(opensOf(`${OPEN} and tolower(fd.name) = /etc/shadow`).read, 'all');
  assert.equal(opensOf('evt.type = connect').read, '');
});

test('paths that both sides of a conjunction name are those that start like both', () => {
  const { read } = opensOf(
    `${OPEN} and fd.name startswith /etc and fd.name in (/etc/shadow, /root/.ssh/id_rsa)`,
  );
  assert.equal(read, '/etc/shadow');
});

test('a path that climbs is asked for only where it is not written plainly', () => {
  assert.equal(opensOf(`${OPEN} and fd.nameraw contains ../ and fd.name startswith /etc`).read, '');
});

test('files, pipes and the like stay in the tables as soon as a rule can see them through another event', () => {
  const omits = (condition: string, output?: string): boolean =>
    kernelFilterFor(rulesOf([condition], output), catalogue).omitsFiles;
  assert.ok(omits('evt.type = dup2 and fd.type in (ipv4, ipv6)', '%fd.name'));
  assert.ok(omits('evt.type = dup2 and fd.typechar = 4'));
  assert.ok(omits('evt.type = execve and proc.name = cat', '%fd.name %evt.args'));
  assert.ok(omits(`${OPEN} and fd.name = /etc/shadow`, '%fd.name %evt.arg.flags'));
  assert.ok(!omits('evt.type = dup2', '%fd.name'));
  assert.ok(!omits('evt.type = dup2 and fd.type in (ipv4, file)'));
  assert.ok(!omits('evt.type = fchmod and fd.name = /etc/shadow'));
  assert.ok(!omits(`${OPEN} and fd.name = /etc/shadow`, '%evt.args'));
  assert.ok(!omits('evt.type = execve and proc.stdin.type = pipe'));
  assert.ok(!omits('evt.type = execve and proc.name = cat', '%proc.fdopencount'));
});

test('types that rules ask for are not for the tables alone', () => {
  const { stateOnlyTypes } = kernelFilterFor(rulesOf(['evt.type = close and fd.type = ipv4']), catalogue);
  assert.ok(!stateOnlyTypes.has(eventTypeOfSymbol('SYSCALL_CLOSE_X').id));
  assert.ok(stateOnlyTypes.has(eventTypeOfSymbol('SOCKET_ACCEPT_5_X').id));
});

test('copies that rules want of sockets alone are left out of anything else', () => {
  const keptOnly = (...conditions: string[]): readonly number[] => [
    ...kernelFilterFor(rulesOf(conditions), catalogue).keptOnlyTypes,
  ];
  const [dup, dup2] = ['SYSCALL_DUP_1_X', 'SYSCALL_DUP2_X'].map((symbol) => eventTypeOfSymbol(symbol).id);
  assert.deepEqual(keptOnly('evt.type in (dup, dup2) and fd.type in (ipv4, ipv6)'), [dup, dup2]);
  assert.deepEqual(keptOnly('evt.type in (dup, dup2) and (fd.type = ipv4 or proc.name = sh)'), []);
  assert.deepEqual(keptOnly('evt.type = dup and fd.type = ipv4', 'evt.type = dup and evt.failed = true'), []);
  assert.deepEqual(keptOnly('evt.type = dup and fd.type = ipv4', 'evt.type = fchmod and fd.type = file'), []);
});

test('types are left out by process that leave nothing in the tables, where each rule asks something of the process', () => {
  const byProcess = (conditions: readonly string[], output?: string): readonly number[] =>
    kernelFilterFor(rulesOf(conditions, output), catalogue).byProcessTypes;
  const idsOf = (...names: string[]) => names.map((name) => eventTypeOfSymbol(name).id);
  const named = 'and container.id != host and proc.name in (nginx, redis)';
  assert.deepEqual(
    byProcess([`evt.type in (sendto, read, write, openat, close, recvmsg, mmap) ${named}`]),
    idsOf('SYSCALL_READ_X', 'SYSCALL_WRITE_X', 'SOCKET_SENDTO_X'),
  );
  assert.deepEqual(byProcess([`evt.type in (getppid, kill) and (${named.slice(4)})`]).toSorted(), [
    ...idsOf('GENERIC_X', 'SYSCALL_KILL_X'),
  ]);
  assert.deepEqual(byProcess([`evt.type = read ${named}`, 'evt.type = read and fd.num = 3']), []);
  assert.deepEqual(byProcess(['evt.type = read and proc.pname = sh']), []);
  assert.deepEqual(byProcess(['evt.type = read and (proc.name = sh or fd.num = 3)']), []);
  assert.deepEqual(byProcess(['evt.type = read and user.name = root']), []);
  assert.deepEqual(byProcess([`evt.type = read ${named}`], '%fd.connected'), []);
  assert.deepEqual(
    byProcess([`evt.type in (ptrace, rename, sendto) ${named}`]),
    [],
    'rare calls are not worth it',
  );
  assert.equal(byProcess(['proc.name = sh']).length, 20);
});

test('nobody is told that descriptors are closed, unless a rule asks for that or files are in the tables', () => {
  const close = eventTypeOfSymbol('SYSCALL_CLOSE_X').id;
  const wants = (condition: string): boolean =>
    [...wantedFor(rulesOf([condition]), catalogue).types].includes(close);
  assert.ok(!wants('evt.type = dup2 and fd.type = ipv4'));
  assert.ok(wants('evt.type in (close, dup2) and fd.type = ipv4'));
  assert.ok(wants('evt.type = fchmod and fd.name = /etc/shadow'));
});

/** Opens in every way, and descriptors whose numbers mean one thing after the other. */
const SCRIPT = `
cd "$1"
for round in 1 2 3; do
  cat mark-plain "$1/mark-plain" "$1/../$(basename "$1")/mark-plain" "$1//mark-plain" ./mark-plain > /dev/null
  cat mark-absent "$1/mark-absent" /dev/null/mark-absent 2> /dev/null
  echo x > mark-written; echo x > "$1/mark-written"; echo x >> "$1/mark-written"; : > "$1/mark-written"
  (cd /; cat "\${1#/}/mark-plain" > /dev/null)
  exec 3<> /dev/tcp/127.0.0.1/$2; exec 0<&3; exec 3<&-
  exec 3< "$1/mark-plain"; exec 0<&3; exec 3<&-
  exec 4<> /dev/tcp/127.0.0.1/$2; exec 4<&-
  (exec 0<&4) 2> /dev/null
  : | (exec 0<&0; cat > /dev/null)
  exec 5<> /dev/tcp/127.0.0.1/$2; (exec 0<&5; cat < "$1/mark-plain" > /dev/null; exec 1>&5); exec 5<&-
  exec 5< /dev/null; (exec 0<&5); exec 5<&-
  exec 6<> /dev/tcp/127.0.0.1/$2; exec 6<&-; exec 6< <(:); exec 0<&6; exec 7<&6; exec 0<&7; exec 6<&- 7<&-
  exec 7<> /dev/tcp/127.0.0.1/$2; exec 7<&-; exec 7< "$1"; exec 0<&7; exec 7<&-
  exec 7<> /dev/tcp/127.0.0.1/$2; exec 7< "$1/mark-plain"; (exec 0<&7; exec 1<&7); exec 7<&-
  exec 0< /dev/null
  "$1/receive" $2
done
`;

test(
  'whatever a script does with files and sockets, it raises the same alerts with and without the filter',
  {
    skip,
  },
  () => compareAlerts(false),
);

test(
  'so it does where copies of everything are told, of which some took the place of a socket',
  { skip },
  () => compareAlerts(true),
);

async function compareAlerts(wantsAllCopies: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-filter-'));
  const conditions = [
    `${OPEN} and evt.is_open_read = true and fd.num >= 0 and fd.name = ${folder}/mark-plain`,
    `${OPEN} and evt.is_open_write = true and fd.num >= 0 and fd.directory = ${folder}`,
    `${OPEN} and fd.num = -1 and fd.name startswith ${folder}/mark-ab`,
    `${OPEN} and fd.nameraw contains ../ and fd.name startswith ${folder}`,
    'evt.type in (dup, dup2, dup3) and evt.rawres in (0, 1) and fd.type in (ipv4, ipv6) and proc.name in (bash, receive)',
    'evt.type = connect and fd.typechar = 4 and proc.name = bash',
  ];
  // This one wants copies of files too, so that the kernel tells of them, and shows nothing of what they are.
  const ofCopies = 'evt.type in (dup, dup2, dup3) and evt.rawres = 7 and proc.name = bash';
  const rules = [
    ...rulesOf(conditions, '%proc.name %evt.type %evt.res %evt.rawres %fd.name %fd.type %fd.rport'),
    ...rulesOf([ofCopies], '%proc.name %evt.type', conditions.length),
  ].filter((_, index) => wantsAllCopies || index < conditions.length);
  assert.ok(kernelFilterFor(rules, catalogue).omitsFiles);
  const source = join(import.meta.dirname, '..', 'testing', 'receive.c');
  assert.equal(spawnSync('cc', ['-o', join(folder, 'receive'), source]).status, 0);
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  const port = await listenWithTest(server);

  function startScript(controller: AbortController): void {
    const script = `: > ${folder}/mark-plain\n${SCRIPT}`;
    const child = spawn('bash', ['-c', script, 'script', folder, String(port)], { stdio: 'ignore' });
    child.on('close', () => controller.abort());
  }

  async function watch(
    isUnfiltered: boolean,
    signal: AbortSignal,
    onStart: () => void,
  ): Promise<{ alerts: readonly string[]; dropped: number }> {
    const alerts: Alert[] = [];
    const live = createLiveWatch({
      rules,
      ...plainWatchOptions,
      signal,
      onAlert: (alert) => alerts.push(alert),
      onStart,
      isUnfiltered,
    });
    await live.run();
    const { seen, evaluated, filtered, dropped } = live.report().accounting;
    assert.equal(seen, evaluated + filtered + dropped);
    return { alerts: alerts.map(({ rule, message }) => `${rule}: ${message}`), dropped };
  }

  async function watchBoth() {
    const controller = new AbortController();
    let startedCount = 0;
    const onStart = (): void => {
      startedCount += 1;
      if (startedCount === 2) startScript(controller);
    };
    const [unfiltered, filtered] = await Promise.all(
      [true, false].map((isUnfiltered) => watch(isUnfiltered, controller.signal, onStart)),
    );
    return { unfiltered, filtered, dropped: unfiltered.dropped + filtered.dropped };
  }

  try {
    const { unfiltered, filtered } = await withoutLosses(watchBoth);
    const told = (alerts: readonly string[]): readonly string[] =>
      alerts.map((text) => text.replace(/\d\d:\d\d:\d\d\.\d+|127\.0\.0\.1:\d+/g, ''));
    assert.deepEqual(told(filtered.alerts), told(unfiltered.alerts));
    const firing = new Set(unfiltered.alerts.map((text) => text.slice(0, 'Rule 0'.length)));
    assert.equal(firing.size, rules.length, [...firing].join());
  } finally {
    rmSync(folder, { recursive: true });
  }
}
