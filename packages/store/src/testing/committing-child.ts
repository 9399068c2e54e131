// Commits batches until it is killed, and says after each how far it came: for tests of sudden ends.
// Usage: committing-child.ts STORE; it goes on from the position that the store holds.
import { writeSync } from 'node:fs';
import { openStore } from '../open.ts';
import { START, sampleGroup, sampleOccurrence } from './samples.ts';

const store = openStore({ path: process.argv[2] });
let position = Number((await store.position('capture')) ?? 0);
for (;;) {
  const occurrences = Array.from({ length: 20 }, (_, index) => {
    const number = position + index;
    return sampleOccurrence(String(number), {
      time: START + BigInt(number),
      group: sampleGroup(String(number % 6)),
      output: `output ${number % 11}`,
    });
  });
  position += occurrences.length;
  await store.commit({
    occurrences,
    outbox: occurrences.slice(0, 2).map(({ key }) => ({
      channel: 'slack',
      deduplicationKey: key,
      event: 'trigger',
      group: undefined,
      severity: 'high',
      payload: { key },
      due: 0n,
    })),
    positions: new Map([['capture', String(position)]]),
  });
  writeSync(1, `${position}\n`);
}
