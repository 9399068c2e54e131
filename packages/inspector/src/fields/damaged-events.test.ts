import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventTypes } from '@seawall/events';
import { type BoundField, renderValue } from '@seawall/rules';
import fc from 'fast-check';
import type { EventContext } from '../context.ts';
import { encodeRaw } from '../testing/encode-event.ts';
import { createTestSource, INIT } from '../testing/source.ts';
import { createSyscallCatalogue } from './catalogue.ts';

const ARGUMENTS: Readonly<Record<string, string>> = {
  'evt.arg': '0',
  'evt.around': '5',
  'container.label': 'x',
  'k8s.pod.label': 'x',
};

function everyField(): BoundField<EventContext>[] {
  const catalogue = createSyscallCatalogue();
  const plain = [...catalogue.fields.values()]
    .filter(({ name, argument }) => argument.presence !== 'required' || ARGUMENTS[name] !== undefined)
    .map((field) => field.bind(ARGUMENTS[field.name]));
  const names = new Set(eventTypes.flatMap(({ parameters }) => parameters.map(({ name }) => name)));
  const dotted = [...names].flatMap((name) => [`evt.arg.${name}`, `evt.rawarg.${name}`]);
  const more = ['evt.type.is.open', 'evt.abspath.dst', 'thread.cgroup.cpu', ...dotted];
  return [...plain, ...more.map((name) => catalogue.fields.get(name)!.bind(undefined))];
}

test('whatever an event holds, every field has a value or none, and throws nothing', () => {
  const fields = everyField();
  const parameter = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(
      new Uint8Array(0),
      Uint8Array.of(1),
      Uint8Array.of(2, 0, 0),
      new Uint8Array(8).fill(0xff),
    ),
  );
  const event = fc.record({
    type: fc.nat({ max: eventTypes.length - 1 }),
    parameters: fc.array(parameter, { maxLength: 34 }),
    tid: fc.constantFrom(1, 20, 21),
  });
  let shown = 0;
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 6 }), (events) => {
      const source = createTestSource();
      source.thread(INIT);
      source.thread({ tid: 20 });
      for (const { type, parameters, tid } of events) {
        source.deliver(encodeRaw(type, parameters, source.head(tid), eventTypes[type]!.hasLargePayload));
        for (const { extract, render, compareEach, type: fieldType, format } of fields) {
          const value = extract(source.context);
          if (value !== undefined) renderValue(fieldType, format, value);
          render?.(source.context);
          compareEach?.(source.context, () => false, '=');
          shown += value === undefined ? 0 : 1;
        }
      }
    }),
    { numRuns: 300 },
  );
  assert.ok(shown > 10_000);
});
