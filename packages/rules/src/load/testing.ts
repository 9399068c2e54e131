import type { EventTypeNames, FieldCatalogue } from '../catalogue/catalogue.ts';
import { createTestCatalogue, type TestEvent } from '../evaluate/testing.ts';
import { type LoadOptions, type LoadResult, loadRules } from '../rule-set.ts';

/** Arguments of events, of exit events alone. For tests of this package only, as all of this file. */
const argumentsOfEvents: Readonly<Record<string, readonly string[]>> = {
  open: ['fd', 'name', 'flags', 'mode'],
  openat: ['fd', 'dirfd', 'name', 'flags', 'mode'],
  openat2: ['fd', 'dirfd', 'name', 'flags', 'mode'],
  creat: ['fd', 'name', 'mode'],
  close: ['res'],
  execve: ['res', 'exe', 'args'],
  execveat: ['res', 'exe', 'args'],
  connect: ['res', 'tuple', 'fd'],
  sendto: ['res', 'data'],
  sendmsg: ['res', 'data'],
  accept: ['fd', 'tuple'],
  accept4: ['fd', 'tuple'],
  listen: ['fd', 'backlog'],
};

/** So many that a rule about all of them is warned about. */
const fillers = Array.from({ length: 100 }, (_, index) => `filler${index}`);
const events = [...Object.keys(argumentsOfEvents), ...fillers];

const eventTypes: EventTypeNames = {
  eventTypes: (name) => (events.includes(name) ? [events.indexOf(name)] : undefined),
  syscalls: (name) => (events.includes(name) ? [events.indexOf(name)] : undefined),
  nameOf: (type) => events[type],
  argumentsOf: (type) => argumentsOfEvents[events[type]!],
  allEventTypes: events.map((_, index) => index),
  allSyscalls: events.map((_, index) => index),
};

const texts = [
  'evt.type',
  'evt.res',
  'evt.dir',
  'proc.name',
  'proc.pname',
  'proc.cmdline',
  'user.name',
  'container.id',
  'container.image',
  'container.name',
  'fd.typechar',
  'fd.l4proto',
  'k8s.ns.name',
];

/** A few fields of system calls and a few event types. */
export const syscallTestCatalogue: FieldCatalogue<TestEvent> = {
  ...createTestCatalogue([
    ...texts.map((name) => ({ name, type: 'charbuf' }) as const),
    { name: 'fd.name', type: 'fspath' },
    { name: 'evt.num', type: 'uint64' },
    { name: 'evt.rawres', type: 'int64' },
    { name: 'evt.arg', type: 'charbuf', argument: 'required' },
    { name: 'evt.arg.name', type: 'charbuf' },
    { name: 'evt.is_open_read', type: 'bool' },
    { name: 'evt.is_open_write', type: 'bool' },
    { name: 'proc.duration', type: 'reltime' },
    { name: 'proc.aname', type: 'charbuf', argument: 'allowed' },
    { name: 'fd.num', type: 'int64' },
    { name: 'fd.sport', type: 'port' },
    { name: 'fd.sip', type: 'ipaddr' },
    { name: 'fd.snet', type: 'ipnet' },
    { name: 'fd.snet', type: 'ipnet', special: { compare: () => false } },
    { name: 'fd.ip', type: 'ipaddr', special: { compare: () => false } },
    { name: 'fd.net', type: 'ipnet', special: { compare: () => false } },
  ]),
  source: 'syscall',
  eventTypes,
};

/** Loads texts as files `rules.yaml`, `rules2.yaml`, ... over the small catalogue. */
export function loadTexts(contents: readonly string[], options: LoadOptions = {}): LoadResult {
  const files = contents.map((content, index) => ({
    name: index === 0 ? 'rules.yaml' : `rules${index + 1}.yaml`,
    content,
  }));
  return loadRules(files, [syscallTestCatalogue], options);
}

/** A rule with that condition and the keys that every rule needs. */
export function ruleText(name: string, condition: string, more = ''): string {
  return `- rule: ${name}\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: INFO\n${more}`;
}
