import type { Dialect } from '../dialect.ts';

/** How bad it is what messages are about: it says which leaves first. Of those that are there already nobody knows: they count as the worst. */
export function messageSeverity({ types }: Dialect): readonly string[] {
  return [
    `ALTER TABLE outbox ADD COLUMN severity ${types.whole} NOT NULL DEFAULT 0`,
    'DROP INDEX outbox_due',
    'CREATE INDEX outbox_due ON outbox (channel, state, severity, due, id)',
  ];
}
