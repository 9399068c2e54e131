import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moveTo } from '@seawall/events';
import { createInspector, createSyscallCatalogue, type EventContext } from '@seawall/inspector';
import { createOutputFormat } from '@seawall/rules';
import { containerSchema, processSchema, type RuleCase } from './case-file.ts';
import { stageCase } from './stage.ts';

const catalogue = createSyscallCatalogue();

/** What a format shows of each event of a case that rules see. */
function shown(
  format: string,
  processes: Readonly<Record<string, unknown>>,
  given: readonly Record<string, unknown>[],
  containers: Readonly<Record<string, unknown>> = {},
): readonly string[] {
  const ruleCase: RuleCase = {
    name: 'case',
    file: 'cases.yaml',
    line: 1,
    rules: undefined,
    enable: [],
    containers: new Map(
      Object.entries(containers).map(([key, value]) => [key, containerSchema.parse(value)]),
    ),
    processes: new Map(Object.entries(processes).map(([key, value]) => [key, processSchema.parse(value)])),
    given,
    expect: 'none',
  };
  const staged = stageCase(ruleCase);
  const inspector = createInspector();
  inspector.setContainers(staged.containers);
  const output = createOutputFormat<EventContext>(`*${format}`, catalogue);
  const lines: string[] = [];
  for (const section of staged.sections) {
    if (section.kind !== 'events') {
      inspector.load(section);
      continue;
    }
    moveTo(inspector.context.view, section.batch, 0);
    if (inspector.apply(inspector.context.view) && section.batch.flags === undefined) {
      lines.push(output.text(inspector.context).text);
    }
    inspector.settle();
  }
  return lines;
}

test('a process that execs is forked by its parent first, and is as the cast says from then on', () => {
  assert.deepEqual(
    shown(
      '%evt.type %proc.name %proc.exepath %proc.cmdline %proc.pname %proc.vpid %container.name %proc.is_exe_upper_layer',
      {
        shim: { exe: '/usr/bin/shim' },
        sh: { exe: '/bin/sh', args: '-c id', parent: 'shim', in: 'c', upperLayer: true },
      },
      [{ sh: 'execve' }],
      { c: { pod: 'ns/pod' } },
    ),
    ['clone shim /usr/bin/shim shim shim 1 c false', 'execve sh /bin/sh sh -c id shim 1 c true'],
  );
});

test('a process with an age started that long ago, unseen', () => {
  const lines = shown('%proc.duration', { old: { exe: '/a', age: '7s' } }, [
    { old: { openat: { path: '/x', flags: 'O_RDONLY' } } },
  ]);
  assert.deepEqual(lines, ['7010000000']);
});

test('calls get the descriptors, results and ends that they need', () => {
  const lines = shown('%evt.type %evt.res %fd.name %fd.l4proto', { a: { exe: '/a' } }, [
    { a: { openat: { path: 'x', flags: 'O_WRONLY|O_CREAT' } } },
    { a: { creat: { path: '/y', error: 'EACCES' } } },
    { a: { connect: { to: '[::1]:80', as: 's' } } },
    { a: { sendto: { fd: 's', to: '[::1]:80', from: '[::1]:45000' } } },
    { a: { listen: '0.0.0.0:53' } },
    { a: { connect: { unix: '/run/x.sock' } } },
  ]);
  assert.deepEqual(lines, [
    'openat SUCCESS /x <NA>',
    'creat EACCES /y <NA>',
    'socket SUCCESS  <NA>',
    'connect SUCCESS ::1:45000->::1:80 tcp',
    'sendto SUCCESS ::1:45000->::1:80 tcp',
    'socket SUCCESS  <NA>',
    'bind SUCCESS 0.0.0.0:53 tcp',
    'listen SUCCESS 0.0.0.0:53 tcp',
    'socket SUCCESS  <NA>',
    'connect SUCCESS ffff800000000001->2 /run/x.sock <NA>',
  ]);
});

test('a container is known by pod, image, labels and mounts', () => {
  const format =
    '%container.image.repository %container.image.tag %k8s.ns.name/%k8s.pod.name %k8s.pod.label[app] %container.mount.dest[secret] %container.privileged';
  assert.deepEqual(
    shown(format, { a: { exe: '/a', in: 'c' } }, [{ a: { mkdir: '/x' } }], {
      c: {
        image: 'registry:5000/team/app:1.2',
        pod: 'shop/web-1',
        podLabels: { app: 'web' },
        mounts: ['/v/secret:/etc/s:ro'],
        privileged: true,
      },
    }),
    ['registry:5000/team/app 1.2 shop/web-1 web /etc/s true'],
  );
});
