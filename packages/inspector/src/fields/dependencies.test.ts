import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EVENT_TYPE_COUNT, moveTo, readCapture, Step, TYPE_OFFSET } from '@seawall/events';
import type { BoundField } from '@seawall/rules';
import { locateShared } from '../../../../test/shared.ts';
import type { EventContext } from '../context.ts';
import { createInspector } from '../inspector.ts';
import { processScopes } from '../process/scopes.ts';
import { applyCapture } from '../testing/apply-capture.ts';
import { createSyscallCatalogue } from './catalogue.ts';

const captures = locateShared('conformance', 'captures');
const skip = captures === undefined ? 'SKIPPED: there is no conformance folder (set SEAWALL_SHARED)' : false;

/** Fields whose values are kept as long as the process (and, where they say so, its ancestry) stays. */
function keptFields(): BoundField<EventContext>[] {
  return [...createSyscallCatalogue().fields.values()]
    .filter(
      ({ dependsOn, argument }) =>
        argument.presence !== 'required' && !dependsOn.includes('event') && !dependsOn.includes('descriptor'),
    )
    .map((field) => field.bind(undefined));
}

interface Kept {
  generation: number;
  ancestryVersion: number;
  values: unknown[];
}

test('what a field read of a process holds until the process or its ancestry changes', { skip }, async () => {
  const fields = keptFields();
  assert.ok(fields.length > 60);
  let compared = 0;
  for (const file of readdirSync(captures as string).filter((name) => name.endsWith('.scap'))) {
    const inspector = createInspector();
    const { context } = inspector;
    const kept = new WeakMap<object, Kept>();
    await applyCapture(join(captures as string, file), inspector, (isShown) => {
      const scope = isShown ? processScopes.scopeOf(context) : undefined;
      if (scope === undefined) return;
      const ancestryVersion = processScopes.ancestryVersion(context);
      const values = fields.map((field) => field.extract(context));
      const before = kept.get(scope);
      if (before?.generation === scope.generation) {
        for (const [position, { definition }] of fields.entries()) {
          const isAncestral = definition.dependsOn.includes('ancestors');
          if (isAncestral && before.ancestryVersion !== ancestryVersion) continue;
          compared++;
          // Asked first because assertions over a million values take long.
          if (Object.is(values[position], before.values[position])) continue;
          const where = `${file} event ${context.view.number}: ${definition.name}`;
          assert.deepEqual(values[position], before.values[position], where);
        }
      }
      kept.set(scope, { generation: scope.generation, ancestryVersion, values });
    });
  }
  assert.ok(compared > 100_000);
});

/** Fields that rest on the event's descriptor, and on nothing else of the event. */
function descriptorFields(): BoundField<EventContext>[] {
  return [...createSyscallCatalogue().fields.values()]
    .filter(({ dependsOn }) => dependsOn.includes('descriptor') && !dependsOn.includes('event'))
    .map((field) => field.bind(undefined));
}

/** What the fields say, those too that can only be compared. */
function valuesOf(fields: readonly BoundField<EventContext>[], context: EventContext): unknown[] {
  return fields.map(({ extract, compareEach }) => {
    const compared: unknown[] = [];
    compareEach?.(context, (value) => compared.push(value) < 0, '=');
    return [extract(context), compared];
  });
}

test('what a field reads of a descriptor holds as long as its record, and is known before the event is looked at', {
  skip,
}, async () => {
  const fields = descriptorFields();
  assert.ok(fields.length > 15);
  const kept = new WeakMap<object, unknown[]>();
  let compared = 0;
  let repeated = 0;
  for (const file of readdirSync(captures as string).filter((name) => name.endsWith('.scap'))) {
    const inspector = createInspector();
    const { context, steps } = inspector;
    inspector.setWanted(new Uint8Array(EVENT_TYPE_COUNT).fill(1));
    for await (const section of readCapture(join(captures as string, file))) {
      if (section.kind !== 'events') {
        inspector.load(section);
        continue;
      }
      const { data, offsets, count } = section.batch;
      for (let index = 0; index < count; index++) {
        const type = data.getUint16(offsets[index] + TYPE_OFFSET, true);
        const isForeseen = steps[type] === Step.ask && inspector.isQuiet(data, offsets[index], type);
        const foreseen = isForeseen ? valuesOf(fields, context) : undefined;
        moveTo(context.view, section.batch, index);
        inspector.apply(context.view);
        const where = `${file} event ${context.view.number}`;
        const values = valuesOf(fields, context);
        if (foreseen !== undefined) {
          compared++;
          assert.deepEqual(values, foreseen, where);
        }
        const scope = processScopes.descriptorOf(context);
        if (scope === undefined) continue;
        const before = kept.get(scope);
        if (before !== undefined) {
          repeated++;
          assert.deepEqual(values, before, where);
        }
        kept.set(scope, values);
      }
    }
  }
  assert.ok(compared > 1000 && repeated > 100, `${compared} compared, ${repeated} repeated`);
});
