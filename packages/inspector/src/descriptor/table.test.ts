import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDescriptor } from './create.ts';
import type { Descriptor } from './descriptor.ts';
import { createDescriptorTable } from './table.ts';

const fd = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(1023, 1024, 1025, 70_000, -3));
const step = fc.record({ isAddition: fc.boolean(), fd });

test('a table is a map of numbers from 0 on that takes in no more than its limit', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (steps, limit) => {
      const limits = { perProcess: limit, refused: 0 };
      const table = createDescriptorTable(limits);
      const model = new Map<number, Descriptor>();
      let refused = 0;
      for (const { isAddition, fd: number } of steps) {
        if (!isAddition) {
          assert.equal(table.delete(number), model.delete(number));
          continue;
        }
        const descriptor = createDescriptor(1);
        table.set(number, descriptor);
        if (number < 0) continue;
        if (model.has(number) || model.size < limit) model.set(number, descriptor);
        else refused += 1;
      }
      assert.equal(table.size, model.size);
      assert.equal(limits.refused, refused);
      assert.deepEqual(new Map(table.entries()), model);
      for (const [number, descriptor] of model) assert.equal(table.get(number), descriptor);
      table.clear();
      assert.equal(table.size, 0);
      assert.deepEqual([...table.entries()], []);
    }),
  );
});
