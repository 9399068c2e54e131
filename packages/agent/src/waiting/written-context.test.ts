import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { serialize } from 'node:v8';
import { deflateRawSync } from 'node:zlib';
import { createInspector, createSyscallCatalogue, type EventContext, type Tables } from '@seawall/inspector';
import type { BoundField } from '@seawall/rules';
import { keepSections } from '../testing/sections.ts';
import { visitEvents } from '../testing/visit-events.ts';
import { freezeContext } from './freeze-context.ts';
import { readContext, writeContext } from './written-context.ts';

const capture = join(import.meta.dirname, '../../../../examples/control-plane/attack.scap.gz');

/** Every field that can be read without changing what is read next, with an argument where one is wanted. */
const fields: readonly BoundField<EventContext>[] = createSyscallCatalogue()
  .classes.flatMap(({ fields: ofClass }) => ofClass)
  .filter(({ isStateful }) => isStateful !== true)
  .flatMap((definition) => {
    const { presence } = definition.argument;
    const plain = presence === 'required' ? [] : [definition.bind(undefined)];
    if (presence === 'none') return plain;
    try {
      return [...plain, definition.bind('1')];
    } catch {
      // Those that want a name there.
      return plain;
    }
  });

function valuesOf(context: EventContext): ReadonlyMap<string, unknown> {
  return new Map(
    fields.map(({ definition, argument, extract, render }) => {
      const name = `${definition.name}[${argument ?? ''}]`;
      return [name, [extract(context), render?.(context)]];
    }),
  );
}

test('whatever a rule may ask of an event that waited reads the same in the next run', async () => {
  const sections = await keepSections(capture, 40_000);
  const { tables: nextRun } = createInspector().context;
  const seen = new Map<number, number>();
  let compared = 0;
  visitEvents(sections, (context) => {
    const { process, view, tables } = context;
    // Each type some times: there are thousands of the usual ones.
    const times = (seen.get(view.type) ?? 0) + 1;
    seen.set(view.type, times);
    if (process === undefined || times > 12) return;
    const frozen = freezeContext(context);
    const written = writeContext(frozen, ['Opened']);
    if (written === undefined) return;
    const machine: Tables = {
      ...nextRun,
      machine: tables.machine,
      isLocalAddress: tables.isLocalAddress,
      interfaceNameOf: tables.interfaceNameOf,
    };
    const { frozen: read, rules } = readContext(written, machine);
    assert.deepEqual(rules, ['Opened']);
    for (const { describe } of [frozen, read]) describe(context.container);
    const [before, after] = [valuesOf(frozen.context), valuesOf(read.context)];
    for (const [name, value] of before) assert.deepEqual(after.get(name), value, `${view.type} ${name}`);
    compared += 1;
  });
  assert.ok(compared > 100, String(compared));
});

test('what nothing can be made of is refused: half a text, what another version wrote', () => {
  const { tables } = createInspector().context;
  assert.throws(() => readContext('nonsense', tables));
  assert.throws(
    () => readContext(deflateRawSync(serialize({ format: 0 })).toString('base64'), tables),
    /format 0/,
  );
});
