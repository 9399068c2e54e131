import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventTypeOfSymbol, eventTypes, moveTo, readCapture } from '@seawall/events';
import { createInspector, createSyscallCatalogue, type EventContext } from '@seawall/inspector';
import { locateShared } from '../../../../test/shared.ts';
import { openTypes, showsOtherDescriptor } from './descriptor-fields.ts';

const catalogue = createSyscallCatalogue();
const captures = locateShared('conformance', 'captures');
const skip = captures === undefined ? 'SKIPPED: there is no conformance folder (set SEAWALL_SHARED)' : false;
const typeOf = (symbol: string): number => eventTypeOfSymbol(symbol).id;
/** Events of a type that are looked at, in each capture. */
const EACH = 20;

/** The context, telling whenever somebody looks at a descriptor. */
function watched(context: EventContext, onLook: () => void): EventContext {
  const { process } = context;
  const tellingOf = (names: ReadonlySet<string | symbol>) => ({
    get(target: object, name: string | symbol): unknown {
      if (names.has(name)) onLook();
      return Reflect.get(target, name);
    },
  });
  const telling = process && new Proxy(process, tellingOf(new Set(['descriptors'])));
  const all: object = { ...context, process: telling };
  return new Proxy(all, tellingOf(new Set(['descriptor']))) as EventContext;
}

test('whatever a field looks at of a descriptor that another event made, it is known to do', {
  skip,
}, async () => {
  const fields = [...catalogue.fields.values()]
    .filter(({ argument }) => argument.presence !== 'required')
    .map((field) => ({ name: field.name, extract: field.bind(undefined).extract }));
  const unknown = new Set<string>();
  let looks = 0;
  for (const file of readdirSync(captures as string).filter((name) => name.endsWith('.scap'))) {
    const inspector = createInspector();
    const { context } = inspector;
    const counts = new Map<number, number>();
    for await (const section of readCapture(join(captures as string, file))) {
      if (section.kind !== 'events') {
        inspector.load(section);
        continue;
      }
      for (let index = 0; index < section.batch.count; index += 1) {
        moveTo(context.view, section.batch, index);
        if (!inspector.apply(context.view)) continue;
        const { type } = context.view;
        const count = counts.get(type) ?? 0;
        const { flags } = eventTypes[type];
        const usesOther = flags.has('uses_fd') || flags.has('destroys_fd');
        if (count >= EACH || openTypes.includes(type) || !usesOther) continue;
        counts.set(type, count + 1);
        for (const { name, extract } of fields) {
          let hasLooked = false;
          const onLook = (): void => {
            hasLooked = true;
          };
          extract(watched(context, onLook));
          if (!hasLooked) continue;
          looks += 1;
          if (!showsOtherDescriptor(name, type, catalogue))
            unknown.add(`${name} of ${eventTypes[type].name}`);
        }
      }
    }
  }
  assert.ok(looks > 1000, `${looks} looks`);
  assert.deepEqual([...unknown].sort(), []);
});

test('arguments show other descriptors where they are descriptors that the call was given', () => {
  const shows = (field: string, symbol: string): boolean =>
    showsOtherDescriptor(field, typeOf(symbol), catalogue);
  assert.ok(shows('evt.arg.fd', 'SYSCALL_FCHMOD_X'));
  assert.ok(shows('evt.arg[1]', 'SYSCALL_DUP2_X'));
  assert.ok(shows('evt.args', 'SYSCALL_OPENAT_2_X'));
  assert.ok(!shows('evt.args', 'SOCKET_SOCKET_X'));
  assert.ok(!shows('evt.arg.flags', 'SYSCALL_OPENAT_2_X'));
  assert.ok(!shows('fd.name', 'SYSCALL_EXECVE_19_X'));
  assert.ok(shows('fd.name', 'SYSCALL_FCHMOD_X'));
  assert.ok(shows('proc.stdin.name', 'SYSCALL_EXECVE_19_X'));
});
