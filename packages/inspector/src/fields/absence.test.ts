import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EVENT_TYPE_COUNT, eventTypes } from '@seawall/events';
import type { BoundField } from '@seawall/rules';
import { locateShared } from '../../../../test/shared.ts';
import type { EventContext } from '../context.ts';
import { createInspector } from '../inspector.ts';
import { applyCapture } from '../testing/apply-capture.ts';
import { createSyscallCatalogue } from './catalogue.ts';

const captures = locateShared('conformance', 'captures');
const skip = captures === undefined ? 'SKIPPED: there is no conformance folder (set SEAWALL_SHARED)' : false;

type Bound = BoundField<EventContext>;

/** Every field that says from which types it is absent, with every argument that makes a difference. */
function absentFields(): Bound[] {
  const { fields } = createSyscallCatalogue();
  const names = new Set(eventTypes.flatMap(({ parameters }) => parameters.map(({ name }) => name)));
  const bound = [...fields.values()].flatMap((field) => {
    const plain = field.argument.presence === 'required' ? [] : [field.bind(undefined)];
    return field.name === 'fd.types' ? [...plain, field.bind('0')] : plain;
  });
  for (const name of names) {
    bound.push(
      fields.get(`evt.arg.${name}`)!.bind(undefined),
      fields.get(`evt.rawarg.${name}`)!.bind(undefined),
    );
  }
  for (let index = 0; index < 8; index += 1) bound.push(fields.get('evt.arg')!.bind(String(index)));
  for (const which of ['src', 'dst']) bound.push(fields.get(`evt.abspath.${which}`)!.bind(undefined));
  return bound.filter(({ isAbsentFrom }) => isAbsentFrom !== undefined);
}

test('fields have no value for events of types that they say they are absent from', { skip }, async () => {
  const fields = absentFields();
  assert.ok(fields.length > 200, `${fields.length} fields`);
  const absent = fields.map(({ isAbsentFrom }) =>
    Array.from({ length: EVENT_TYPE_COUNT }, (_, type) => isAbsentFrom!(type)),
  );
  const present = new Set<Bound>();
  for (const file of readdirSync(captures as string).filter((name) => name.endsWith('.scap'))) {
    const inspector = createInspector();
    const { context } = inspector;
    await applyCapture(join(captures as string, file), inspector, () => {
      const { type, number } = context.view;
      for (const [position, field] of fields.entries()) {
        const isAbsent = absent[position]![type];
        // Reading what is present matters for half of the test only: that the other half says something.
        if (!isAbsent && present.has(field)) continue;
        const value = field.extract(context);
        if (value === undefined) continue;
        const { name } = field.definition;
        assert.ok(!isAbsent, `${file} event ${number}: ${name}[${field.argument}] is ${String(value)}`);
        present.add(field);
      }
    });
  }
  assert.ok(present.size > 60, `${present.size} fields had a value`);
});
