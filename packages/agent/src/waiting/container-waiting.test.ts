import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CaptureSection, encodeEvent, type ProcessEntry } from '@seawall/events';
import { containerJson, createContainerInfo, createSyscallCatalogue } from '@seawall/inspector';
import { loadRules, type Rule } from '@seawall/rules';
import type { Alert } from '../alert/alert.ts';
import { alertJson, alertText, defaultAlertJsonOptions } from '../alert/render.ts';
import { type ContainerNotice, encodeNotice, lookedUpNotice } from '../live/container-events.ts';
import { plainWatchOptions } from '../testing/plain-watch.ts';
import { createSectionsWatch, type SectionsWatchOptions } from '../watch/watch-sections.ts';

/*
 * A capture in words: what happens when, and which alerts come of it, in their order. Metadata comes as late as the
 * test says.
 */

const catalogue = createSyscallCatalogue();
const ID = 'abcdef012345';
const CGROUPS = [`cpuset=/docker/${ID.padEnd(64, '0')}`];
const START = 1_700_000_000_000;

type Step = readonly [
  milliseconds: number,
  what: 'open' | 'exit' | 'exec' | ContainerNotice,
  subject?: string,
];

type RuleText = readonly [condition: string, output: string, priority?: string];

function rulesOf(...rules: readonly RuleText[]): readonly Rule[] {
  const content = rules
    .map(
      ([condition, output, priority = 'INFO'], index) =>
        `- {rule: "${index}", desc: x, condition: '${condition}', output: '${output}', priority: ${priority}}\n`,
    )
    .join('');
  const { ruleSet, files } = loadRules([{ name: 'rules.yaml', content }], [catalogue]);
  assert.ok(ruleSet !== undefined, JSON.stringify(files[0].messages));
  return ruleSet.rules;
}

const OPENS = 'evt.type = openat and container.id != host';
const described = (image: string): ContainerNotice => ({
  name: 'container',
  text: containerJson({ ...createContainerInfo(ID), image, name: 'web' }),
});
const missing: ContainerNotice = {
  name: 'seawall_container_missing',
  text: containerJson(createContainerInfo(ID)),
};

/** @returns the alerts in the order in which they came, each as "time of telling: message". */
async function replay(
  rules: readonly Rule[],
  steps: readonly Step[],
  options: Partial<SectionsWatchOptions> = {},
): Promise<{ alerts: Alert[]; told: string[] }> {
  const alerts: Alert[] = [];
  const told: string[] = [];
  let now = 0;
  const watch = createSectionsWatch({
    rules,
    ...plainWatchOptions,
    onAlert(alert) {
      alerts.push(alert);
      told.push(`${now}: ${alert.message}${alert.isIncomplete ? ' (incomplete)' : ''}`);
    },
    ...options,
  });
  async function* sections(): AsyncGenerator<CaptureSection> {
    yield { kind: 'header', majorVersion: 1, minorVersion: 2 };
    yield { kind: 'processes', processes: [thread(7, 'web', CGROUPS), thread(8, 'host', ['cpuset=/'])] };
    let number = 0;
    for (const [milliseconds, what, subject = 'file'] of steps) {
      now = milliseconds;
      number += 1;
      const batch = encodeStep(milliseconds, what, subject, number);
      // As captures are read: into a Buffer, which is used again for what comes next.
      const bytes = Buffer.from(batch.bytes.buffer);
      yield { kind: 'events', batch: { ...batch, bytes } };
      bytes.fill(0xff);
    }
    now = Number.POSITIVE_INFINITY;
  }
  await watch.run(sections(), () => 0);
  return { alerts, told };
}

function encodeStep(milliseconds: number, what: Step[1], subject: string, number: number) {
  const at = START + milliseconds;
  if (typeof what !== 'string') return encodeNotice(what, at, number);
  const head = { tid: subject === 'host' ? 8 : 7, time: BigInt(at) * 1_000_000n, number };
  if (what === 'exit') return encodeEvent('PROCEXIT_1_E', { status: 0 }, head);
  if (what === 'exec') {
    const program = { exe: subject, comm: subject, args: [], env: [], cwd: '', cgroups: CGROUPS };
    const ids = { tid: 7, pid: 7, ptid: 1, fdlimit: 1024, pgft_maj: 0, pgft_min: 0 };
    const memory = { vm_size: 0, vm_rss: 0, vm_swap: 0 };
    return encodeEvent('SYSCALL_EXECVE_19_X', { res: 0, ...program, ...ids, ...memory }, head);
  }
  return encodeEvent('SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: `/${subject}`, flags: 1 }, head);
}

function thread(tid: number, comm: string, cgroups: readonly string[]): ProcessEntry {
  return {
    tid,
    pid: tid,
    parentTid: 1,
    sessionId: 0,
    vpgid: tid,
    pgid: tid,
    comm,
    exe: comm,
    exepath: '',
    args: [],
    environment: [],
    cwd: '/',
    root: '/',
    descriptorLimit: 1024,
    flags: 0,
    uid: 0,
    gid: 0,
    memory: { virtualSize: 0, residentSize: 0, swapSize: 0, majorFaults: 0, minorFaults: 0 },
    vtid: tid,
    vpid: tid,
    cgroups,
    pidNamespaceStart: 0n,
    tty: 0,
    loginUid: 0xffff_ffff,
    isExeWritable: false,
    isExeUpperLayer: false,
    isExeLowerLayer: false,
    isExeFromMemfd: false,
    exeInode: 0n,
    exeInodeCtime: 0n,
    exeInodeMtime: 0n,
    capabilities: { inheritable: 0n, permitted: 0n, effective: 0n },
    cloneTime: 0n,
  };
}

test('a match whose output shows the container waits for its description', async () => {
  const { told } = await replay(rulesOf([OPENS, '%fd.name in %container.image']), [
    [0, lookedUpNotice],
    [10, 'open', 'one'],
    [20, 'open', 'two'],
    [30, described('web')],
    [40, 'open', 'three'],
  ]);
  assert.deepEqual(told, ['30: /one in web', '30: /two in web', '40: /three in web']);
});

test('a match that asks for nothing of it is told at once', async () => {
  const { told } = await replay(rulesOf([OPENS, '%fd.name in %container.id']), [
    [0, lookedUpNotice],
    [10, 'open', 'one'],
    [30, described('web')],
  ]);
  assert.deepEqual(told, [`10: /one in ${ID}`]);
});

test('what several rules find in an event that waited is told together, so that only the first may count', async () => {
  const together: string[][] = [];
  const rules = rulesOf([OPENS, 'a'], [`${OPENS} and container.image = web`, 'b'], [OPENS, 'c']);
  const steps: Step[] = [
    [0, lookedUpNotice],
    [10, 'open', 'one'],
    [30, described('web')],
  ];
  await replay(rules, steps, {
    waiting: { everyMatchWaits: true },
    onMatches: (alerts) => together.push(alerts.map(({ message }) => message)),
  });
  assert.deepEqual(together, [['a', 'b', 'c']]);
});

test('a condition that hinges on it is decided by it, either way', async () => {
  const rules = rulesOf(
    [`${OPENS} and container.image = web`, 'is %fd.name'],
    [`${OPENS} and not container.image in (web, db)`, 'is not %fd.name'],
  );
  const steps = (image: string): Step[] => [
    [0, lookedUpNotice],
    [10, 'open', 'one'],
    [30, described(image)],
  ];
  assert.deepEqual((await replay(rules, steps('web'))).told, ['30: is /one']);
  assert.deepEqual((await replay(rules, steps('db'))).told, []);
  assert.deepEqual((await replay(rules, steps('other'))).told, ['30: is not /one']);
});

test('what happens meanwhile changes nothing of a match that waits', async () => {
  const { alerts } = await replay(
    rulesOf([
      `${OPENS} and proc.name = web and container.image = web`,
      '%evt.num %evt.time %proc.name %fd.name %container.name',
    ]),
    [
      [0, lookedUpNotice],
      [10, 'open', 'one'],
      [15, 'exec', 'other'],
      [20, 'open', 'two'],
      [25, 'exit', 'web'],
      [500, described('web')],
    ],
  );
  assert.equal(alerts.length, 1);
  assert.match(alerts[0].message, /^2 .* web \/one web$/);
  assert.equal(alerts[0].timestamp, BigInt(START + 10) * 1_000_000n);
});

test('when the time is up it is decided without, before anything that happened later, and says so', async () => {
  const rules = rulesOf([OPENS, '%fd.name in %container.image']);
  const { told, alerts } = await replay(
    rules,
    [
      [0, lookedUpNotice],
      [10, 'open', 'one'],
      [199, 'open', 'two'],
      [201, 'open', 'three'],
      [300, described('web')],
      [301, 'open', 'four'],
    ],
    { waiting: { limit: 200 } },
  );
  assert.deepEqual(told, [
    '201: /one in <NA> (incomplete)',
    '201: /two in <NA> (incomplete)',
    '201: /three in <NA> (incomplete)',
    '301: /four in web',
  ]);
  assert.match(alertText(alerts[0]), / \(incomplete\)$/);
  assert.equal(JSON.parse(alertJson(alerts[0], defaultAlertJsonOptions)).incomplete, true);
  assert.ok(!('incomplete' in JSON.parse(alertJson(alerts[3], defaultAlertJsonOptions))));
});

test('a container that nobody knows is not waited for any longer, and its alerts are whole', async () => {
  const { told } = await replay(rulesOf([OPENS, '%fd.name in %container.image']), [
    [0, lookedUpNotice],
    [10, 'open', 'one'],
    [30, missing],
    [40, 'open', 'two'],
  ]);
  assert.deepEqual(told, ['30: /one in <NA>', '40: /two in <NA>']);
});

test('where nobody looks containers up nothing waits: Falco’s captures are replayed as Falco does', async () => {
  const { told } = await replay(rulesOf([OPENS, '%fd.name in %container.image']), [
    [10, 'open', 'one'],
    [30, described('web')],
    [40, 'open', 'two'],
  ]);
  assert.deepEqual(told, ['10: /one in <NA>', '40: /two in web']);
});

test('the host waits for nobody', async () => {
  const { told } = await replay(rulesOf(['evt.type = openat', '%fd.name in %container.name']), [
    [0, lookedUpNotice],
    [10, 'open', 'one'],
    [20, 'open', 'host'],
    [30, described('web')],
  ]);
  assert.deepEqual(told, ['20: /host in host', '30: /one in web']);
});

test('where the first rule counts, a later one waits for it', async () => {
  const rules = rulesOf([`${OPENS} and container.image = web`, 'first'], [OPENS, 'second']);
  const steps = (image: string): Step[] => [
    [0, lookedUpNotice],
    [10, 'open', 'one'],
    [30, described(image)],
    [40, 'open', 'two'],
  ];
  const options = { isFirstOnly: true };
  assert.deepEqual((await replay(rules, steps('web'), options)).told, ['30: first', '40: first']);
  assert.deepEqual((await replay(rules, steps('db'), options)).told, ['30: second', '40: second']);
});

test('every match waits where somebody else asks for the description', async () => {
  const { told } = await replay(
    rulesOf([OPENS, 'opened']),
    [
      [0, lookedUpNotice],
      [10, 'open', 'one'],
      [30, described('web')],
    ],
    { waiting: { everyMatchWaits: true } },
  );
  assert.deepEqual(told, ['30: opened']);
});

test('what still waits at the end is told, incomplete', async () => {
  const { told } = await replay(rulesOf([OPENS, '%container.image']), [
    [0, lookedUpNotice],
    [10, 'open', 'one'],
  ]);
  assert.deepEqual(told, ['Infinity: <NA> (incomplete)']);
});

test('no more wait than there is room for: the oldest is decided first', async () => {
  const many = Array.from({ length: 5000 }, (_, index): Step => [10, 'open', String(index)]);
  const { told } = await replay(rulesOf([OPENS, '%fd.name %container.image']), [
    [0, lookedUpNotice],
    ...many,
    [30, described('web')],
  ]);
  assert.equal(told.length, 5000);
  assert.equal(told[0], '10: /0 <NA> (incomplete)');
  assert.equal(told.at(-1), '30: /4999 web');
});

test('a crowd of what is less urgent takes no room from what is urgent', async () => {
  const crowd = Array.from({ length: 9000 }, (_, index): Step => [20, 'open', String(index)]);
  const rules = rulesOf(
    [`${OPENS} and fd.name != /shadow`, '%fd.name %container.image', 'NOTICE'],
    [`${OPENS} and fd.name = /shadow`, '%fd.name %container.image', 'CRITICAL'],
  );
  const { told } = await replay(rules, [
    [0, lookedUpNotice],
    [10, 'open', 'shadow'],
    ...crowd,
    [30, described('web')],
  ]);
  assert.equal(told.length, 9001);
  assert.ok(told.includes('30: /shadow web'));
});

test('containers found without a description are looked up', async () => {
  const asked: string[] = [];
  await replay(rulesOf([OPENS, 'x']), [[0, lookedUpNotice]], { waiting: { lookUp: (id) => asked.push(id) } });
  assert.deepEqual(asked, [ID]);
});
