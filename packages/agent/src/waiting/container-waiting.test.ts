import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertJson, alertText, defaultAlertJsonOptions } from '../alert/render.ts';
import { lookedUpNotice } from '../live/container-events.ts';
import {
  described,
  ID,
  missing,
  OPENS,
  replay,
  rulesOf,
  START,
  type Step,
} from '../testing/waiting-world.ts';

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
