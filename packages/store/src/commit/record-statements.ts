import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema/tables.ts';
import { slot } from '../sqlite/prepared-statement.ts';

/** What a batch holds besides occurrences; each is compiled for every dialect by a test. */
export function recordQueries(builder: Kysely<Schema>) {
  const whole = slot<number>;
  const text = slot<string>;
  return {
    addMessage: builder
      .insertInto('outbox')
      .values({
        channel: text('channel'),
        deduplication_key: text('deduplicationKey'),
        event: text('event'),
        group_key: text('group'),
        severity: whole('severity'),
        payload_json: text('payload'),
        due: whole('due'),
        state: 'waiting',
        attempts: 0,
        created: whole('created'),
      })
      .onConflict((conflict) => conflict.columns(['channel', 'deduplication_key', 'event']).doNothing()),
    putAction: builder
      .insertInto('action')
      .values({
        key: text('key'),
        occurrence: text('occurrence'),
        group_id: sql<bigint>`(SELECT group_id FROM occurrence WHERE occurrence.key = ${text('occurrence')})`,
        kind: text('kind'),
        actor: text('actor'),
        target: text('target'),
        time: whole('time'),
        result: text('result'),
        detail: text('detail'),
        latency_milliseconds: slot<number>('latency'),
        undo_json: text('undo'),
        undone: whole('undone'),
      })
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet((row) => ({
            occurrence: row.ref('excluded.occurrence'),
            // The occurrence may have been deleted since: what was known of it stays.
            group_id: sql`coalesce(excluded.group_id, action.group_id)`,
            kind: row.ref('excluded.kind'),
            actor: row.ref('excluded.actor'),
            target: row.ref('excluded.target'),
            time: row.ref('excluded.time'),
            result: row.ref('excluded.result'),
            detail: row.ref('excluded.detail'),
            latency_milliseconds: row.ref('excluded.latency_milliseconds'),
            undo_json: row.ref('excluded.undo_json'),
            undone: row.ref('excluded.undone'),
          }))
          // An event that is sent again is decided about again, and nobody brings that to its end: how it ended stays.
          .where(sql<boolean>`(action.result = 'pending' OR excluded.result IN ('done', 'failed'))`),
      ),
    /** An action may be stored before the occurrence that it answers. */
    joinEarlyActions: builder
      .updateTable('action')
      .set({
        group_id: sql`(SELECT occurrence.group_id FROM occurrence WHERE occurrence.key = action.occurrence)`,
      })
      .where('group_id', 'is', null)
      .where('occurrence', 'is not', null),
    addToActivity: builder
      .updateTable('activity')
      .set({
        count: sql`count + ${whole('count')}`,
        starts: sql`starts + ${whole('starts')}`,
        first_seen: sql`CASE WHEN ${whole('first')} < first_seen THEN ${whole('first')} ELSE first_seen END`,
        last_seen: sql`CASE WHEN ${whole('last')} > last_seen THEN ${whole('last')} ELSE last_seen END`,
      })
      .where('workload', '=', text('workload'))
      .where('kind', '=', text('kind'))
      .where('value', '=', text('value')),
    countActivity: builder
      .selectFrom('activity')
      .select(({ fn }) => fn.countAll<bigint>().as('count'))
      .where('workload', '=', text('workload'))
      .where('kind', '=', text('kind')),
    insertActivity: builder.insertInto('activity').values({
      workload: text('workload'),
      kind: text('kind'),
      value: text('value'),
      count: whole('count'),
      first_seen: whole('first'),
      last_seen: whole('last'),
      example: text('example'),
      starts: whole('starts'),
    }),
    addGap: builder
      .insertInto('gap')
      .values({
        source: text('source'),
        from_time: whole('from'),
        to_time: whole('to'),
        reason: text('reason'),
        lost_events: whole('lostEvents'),
      })
      .onConflict((conflict) => conflict.columns(['source', 'from_time', 'to_time', 'reason']).doNothing()),
    putPosition: builder
      .insertInto('position')
      .values({ source: text('source'), value: text('value') })
      .onConflict((conflict) =>
        conflict.column('source').doUpdateSet((row) => ({ value: row.ref('excluded.value') })),
      ),
    putMemory: builder
      .insertInto('memory')
      .values({ key: text('key'), value: text('value') })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet((row) => ({ value: row.ref('excluded.value') })),
      ),
    dropMemory: builder.deleteFrom('memory').where('key', '=', text('key')),
  };
}
