import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccounting } from './accounting.ts';

test('every event is evaluated, filtered or dropped, in all and by type', () => {
  const accounting = createAccounting(10);
  accounting.evaluated(3);
  accounting.evaluated(3);
  accounting.filtered(3);
  accounting.filtered(7);
  accounting.dropped(7, 4);
  const report = accounting.report();
  assert.deepEqual(
    { ...report, byType: [...report.byType] },
    {
      seen: 8,
      evaluated: 2,
      filtered: 2,
      dropped: 4,
      byType: [
        [3, { seen: 3, evaluated: 2, filtered: 1, dropped: 0 }],
        [7, { seen: 5, evaluated: 0, filtered: 1, dropped: 4 }],
      ],
    },
  );
});
