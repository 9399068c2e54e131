import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CaptureSection } from '@seawall/events';
import { exampleProcess } from '@seawall/inspector/testing';
import { loadRules } from '@seawall/rules';
import { type ContainerNotice, encodeNotice, lookedUpNotice } from '../live/container-events.ts';
import { plainWatchOptions } from '../testing/plain-watch.ts';
import {
  CGROUPS,
  catalogue,
  described,
  encodeStep,
  ID,
  missing,
  OPENS,
  replay,
  rulesOf,
  START,
  type Step,
} from '../testing/waiting-world.ts';
import { createSectionsWatch } from '../watch/watch-sections.ts';
import { readContext } from './written-context.ts';

test('what waited when a run was killed is decided in the next one, by what that is told of the container', async () => {
  const rules = rulesOf(
    [`${OPENS} and container.image = web`, 'is %fd.name of %proc.name in %container.name'],
    [`${OPENS} and not container.image = web`, 'is not %fd.name of %proc.name in %container.image'],
    [OPENS, 'in %container.id'],
  );
  const killed: Step[] = [
    [0, lookedUpNotice],
    [10, 'open', 'one'],
    [20, 'exec', 'other'],
    [30, 'open', 'two'],
  ];
  const { left } = await replay(rules, killed);
  assert.equal(left.length, 2);
  const next = (notice: ContainerNotice): Promise<{ told: string[] }> =>
    replay(
      rules,
      [
        [5000, lookedUpNotice],
        [5010, 'open', 'three'],
        [5020, notice],
      ],
      { left },
    );
  assert.deepEqual((await next(described('web'))).told, [
    `5010: in ${ID}`,
    '5020: is /one of web in web',
    '5020: is /two of other in web',
    '5020: is /three of web in web',
  ]);
  assert.deepEqual((await next(described('db'))).told, [
    `5010: in ${ID}`,
    '5020: is not /one of web in db',
    '5020: is not /two of other in db',
    '5020: is not /three of web in db',
  ]);
  // Somebody knew it once, perhaps: of what happens now nobody has to ask who knew.
  assert.deepEqual((await next(missing)).told, [
    `5010: in ${ID}`,
    '5020: is not /one of web in <NA> (incomplete)',
    '5020: is not /two of other in <NA> (incomplete)',
    '5020: is not /three of web in <NA>',
  ]);
});

test('of what waited when a run was killed, rules that are gone by now are told nothing', async () => {
  const { left } = await replay(rulesOf([OPENS, '%fd.name in %container.image']), [
    [0, lookedUpNotice],
    [10, 'open', 'one'],
  ]);
  const decided: string[] = [];
  const { ruleSet } = loadRules(
    [
      {
        name: 'rules.yaml',
        content: '- {rule: new, desc: x, condition: evt.type = openat, output: x, priority: INFO}',
      },
    ],
    [catalogue],
  );
  const options = {
    left,
    waiting: {
      onDecided: ({ view }: { readonly view: { readonly number: number } }) =>
        decided.push(String(view.number)),
    },
  };
  const { told } = await replay(
    ruleSet?.rules ?? [],
    [
      [5000, lookedUpNotice],
      [5020, described('web')],
    ],
    options,
  );
  assert.deepEqual([told, decided], [[], ['2']]);
});

test('when the oldest event happened that a kill would take away: what is written down is not taken', async () => {
  const since: (bigint | undefined)[] = [];
  const watch = createSectionsWatch({
    rules: rulesOf([OPENS, '%container.image']),
    ...plainWatchOptions,
    onAlert() {},
  });
  async function* sections(): AsyncGenerator<CaptureSection> {
    yield { kind: 'header', majorVersion: 1, minorVersion: 2 };
    yield { kind: 'processes', processes: [exampleProcess(7, { comm: 'web', cgroups: CGROUPS })] };
    for (const [number, step] of (
      [
        [0, lookedUpNotice],
        [10, 'open'],
        [20, 'open'],
      ] as const
    ).entries()) {
      yield { kind: 'events', batch: encodeStep(step[0], step[1], 'file', number) };
    }
    since.push(watch.waiting.report().waitingSince);
    for (const event of watch.waiting.unwritten()) {
      event.writing = 'written';
      since.push(watch.waiting.report().waitingSince);
    }
  }
  await watch.run(sections(), () => 0);
  const at = (milliseconds: number): bigint => BigInt(START + milliseconds) * 1_000_000n;
  assert.deepEqual(since, [at(10), at(20), undefined]);
});

test('of the container of what waited in an earlier run nobody is asked before runtimes are connected', async () => {
  const rules = rulesOf([OPENS, '%fd.name in %container.image']);
  const { left } = await replay(rules, [
    [0, lookedUpNotice],
    [10, 'open', 'one'],
  ]);
  const other = 'fedcba543210';
  const asked: string[] = [];
  const watch = createSectionsWatch({
    ...{ rules, ...plainWatchOptions },
    onAlert() {},
    waiting: { lookUp: (id) => asked.push(id) },
  });
  const { frozen, rules: names } = readContext(left[0] as string, watch.tables);
  Object.assign(frozen.context.process as object, { containerId: other });
  watch.waiting.resume(frozen, names);
  const before = [...asked];
  async function* sections(): AsyncGenerator<CaptureSection> {
    yield { kind: 'header', majorVersion: 1, minorVersion: 2 };
    yield { kind: 'events', batch: encodeNotice(lookedUpNotice, START, 1) };
  }
  await watch.run(sections(), () => 0);
  assert.deepEqual([before, asked], [[], [other]]);
});

test('an event of an earlier run that can not be decided ends nothing, and it is said why', async () => {
  const rules = rulesOf([OPENS, '%fd.name in %container.image']);
  const { left } = await replay(rules, [
    [0, lookedUpNotice],
    [10, 'open', 'one'],
  ]);
  const failures: string[] = [];
  const watch = createSectionsWatch({
    ...{ rules, ...plainWatchOptions },
    onAlert: () => failures.push('an alert'),
    waiting: { onDecided: (_, failure) => failures.push(String(failure)) },
  });
  const { frozen, rules: names } = readContext(left[0] as string, watch.tables);
  Object.defineProperty(frozen.context, 'descriptor', {
    get() {
      throw new Error('it meant something else');
    },
  });
  watch.waiting.resume(frozen, names);
  async function* sections(): AsyncGenerator<CaptureSection> {
    yield { kind: 'header', majorVersion: 1, minorVersion: 2 };
    yield { kind: 'events', batch: encodeNotice(lookedUpNotice, START, 1) };
  }
  await watch.run(sections(), () => 0);
  assert.deepEqual(failures, ['Error: it meant something else']);
});
