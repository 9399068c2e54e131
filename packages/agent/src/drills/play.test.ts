import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '../alert/alert.ts';
import { type DrillOptions, type HeardAlert, playDrill } from './play.ts';
import type { DrillStep } from './steps.ts';
import { drillSteps } from './steps.ts';

const step: DrillStep = { name: 'shell', title: 'a shell', tags: ['shells'], script: 'ls', needs: [] };

function alert(rule: string, ...tags: string[]): HeardAlert {
  const timestamp = BigInt(Date.now() - 5) * 1_000_000n;
  const raised: Alert = {
    rule,
    priority: 'Error',
    source: 'syscall',
    tags,
    timestamp,
    hostname: 'here',
    prefix: '',
    message: rule,
    fields: new Map(),
  };
  return { alert: raised, arrival: Date.now() };
}

/** A container that does what `onScript` says, and rules that answer to it. */
function world(onScript: (script: string, raise: (...heard: HeardAlert[]) => void) => number, isOwn = true) {
  const heard: HeardAlert[] = [];
  let isRunning = true;
  const scripts: string[] = [];
  const options = (more: Partial<DrillOptions> = {}): DrillOptions => ({
    target: {
      id: 'c'.repeat(64),
      isOwn,
      async exec(script) {
        scripts.push(script);
        const code = onScript(script, (...more) => heard.push(...more));
        if (code === -1) isRunning = false;
        return code === -1 ? 137 : code;
      },
      isRunning: async () => isRunning,
    },
    steps: [step],
    tags: new Set(['shells']),
    heard,
    quiet: 20,
    patience: 60,
    ...more,
  });
  return { options, heard, scripts };
}

test('a step is raised by a rule of its tag, and told how fast; other rules are no answer', async () => {
  const { options } = world((_script, raise) => {
    raise(alert('Other', 'writes'), alert('Shell', 'shells', 'pods'), alert('Shell', 'shells'));
    return 0;
  });
  const { steps, before, after } = await playDrill(options());
  const [{ outcome, rules, latencyMilliseconds = 0, acted }] = steps;
  assert.deepEqual([outcome, rules, acted], ['raised', ['Shell'], 'no']);
  assert.ok(latencyMilliseconds >= 4 && latencyMilliseconds < 1000);
  assert.deepEqual([before, after], [[], []]);
});

test('rules without the library’s tags answer by raising anything; nothing raised is missed', async () => {
  const { options } = world((_script, raise) => {
    raise(alert('Mine'));
    return 0;
  });
  assert.equal((await playDrill(options({ tags: new Set() }))).steps[0]!.outcome, 'raised');
  const silent = world(() => 0);
  assert.equal((await playDrill(silent.options())).steps[0]!.outcome, 'missed');
});

test('what is raised before the first step is told apart', async () => {
  const { options, heard } = world((_script, raise) => {
    raise(alert('Shell', 'shells'));
    return 0;
  });
  heard.push(alert('Noise', 'shells'));
  const { before, steps } = await playDrill(options());
  assert.deepEqual(
    before.map((one) => one.alert.rule),
    ['Noise'],
  );
  assert.deepEqual(steps[0]!.rules, ['Shell']);
});

test('a killed process and an ended container are told as acted, and the steps behind the end are skipped', async () => {
  const killed = await playDrill(world(() => 137).options());
  assert.equal(killed.steps[0]!.acted, 'process killed');
  const ended = await playDrill(world(() => -1).options({ steps: [step, step] }));
  assert.deepEqual(
    ended.steps.map(({ acted, outcome }) => `${acted} ${outcome}`),
    ['container ended missed', 'no skipped'],
  );
});

test('a step whose programs the image lacks is skipped, as one that needs a container of its own elsewhere', async () => {
  const lacking = await playDrill(world(() => 99).options({ steps: [{ ...step, needs: ['nc'] }] }));
  assert.deepEqual(
    [lacking.steps[0]!.outcome, lacking.steps[0]!.reason],
    ['skipped', 'the image lacks one of nc'],
  );
  const { options, scripts } = world(() => 0, false);
  const named = await playDrill(options({ steps: [{ ...step, isOfOwnContainer: true }] }));
  assert.deepEqual([named.steps[0]!.outcome, scripts], ['skipped', []]);
});

test('steps have names of their own, and connect to loopback alone', () => {
  assert.equal(new Set(drillSteps.map(({ name }) => name)).size, drillSteps.length);
  for (const { script } of drillSteps)
    assert.deepEqual(
      [...script.matchAll(/\d+\.\d+\.\d+\.\d+/g)].filter(([address]) => address !== '127.0.0.1'),
      [],
    );
});

test('a drill that is told to end does so behind the step at hand', async () => {
  const controller = new AbortController();
  const { options, scripts } = world(() => {
    controller.abort();
    return 0;
  });
  const told: string[] = [];
  const drill = playDrill(
    options({
      steps: [step, { ...step, name: 'another' }],
      signal: controller.signal,
      onStep: ({ step: { name }, outcome }) => told.push(`${name} ${outcome}`),
    }),
  );
  await assert.rejects(drill, (error) => error === controller.signal.reason);
  assert.equal(scripts.length, 1);
  assert.deepEqual(told, ['shell missed']);
});
