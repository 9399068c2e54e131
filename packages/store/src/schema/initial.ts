import type { Dialect } from '../dialect.ts';

/** The first schema; `tables.ts` says what the columns mean. */
export function initialTables({ types, keyedTable, textIndex }: Dialect): readonly string[] {
  const { identifier, whole, real, bytes } = types;
  return [
    `CREATE TABLE finding_group (
      id ${identifier},
      key TEXT NOT NULL UNIQUE,
      policy TEXT NOT NULL,
      rule TEXT NOT NULL,
      source TEXT NOT NULL,
      priority TEXT NOT NULL,
      severity ${whole} NOT NULL,
      tags_json TEXT NOT NULL,
      runbook TEXT,
      pattern TEXT NOT NULL,
      state TEXT NOT NULL,
      count ${whole} NOT NULL,
      first_seen ${whole} NOT NULL,
      last_seen ${whole} NOT NULL,
      unique_outputs ${whole} NOT NULL,
      output TEXT NOT NULL,
      workload_id ${whole} NOT NULL,
      decision_actor TEXT,
      decision_time ${whole},
      decision_comment TEXT
    )`,
    'CREATE INDEX finding_group_last ON finding_group (last_seen, id)',

    `CREATE TABLE workload (
      id ${identifier},
      hash ${bytes} NOT NULL UNIQUE,
      node TEXT NOT NULL,
      namespace TEXT,
      pod TEXT,
      container_id TEXT,
      container_short_id TEXT,
      container_name TEXT,
      image TEXT,
      repository TEXT,
      workload_json TEXT NOT NULL
    )`,

    `CREATE TABLE series (
      id ${identifier},
      group_id ${whole} NOT NULL,
      workload_id ${whole} NOT NULL,
      severity ${whole} NOT NULL,
      count ${whole} NOT NULL,
      UNIQUE (group_id, workload_id)
    )`,
    'CREATE INDEX series_workload ON series (workload_id)',
    `CREATE TABLE series_slice (
      series_id ${whole} NOT NULL,
      level ${whole} NOT NULL,
      start ${whole} NOT NULL,
      count ${whole} NOT NULL,
      PRIMARY KEY (series_id, level, start)
    ) ${keyedTable}`,
    `CREATE TABLE severity_slice (
      level ${whole} NOT NULL,
      start ${whole} NOT NULL,
      severity ${whole} NOT NULL,
      count ${whole} NOT NULL,
      PRIMARY KEY (level, start, severity)
    ) ${keyedTable}`,

    `CREATE TABLE output (
      id ${identifier},
      group_id ${whole} NOT NULL,
      hash ${bytes} NOT NULL,
      text TEXT NOT NULL,
      count ${whole} NOT NULL,
      first_seen ${whole} NOT NULL,
      last_seen ${whole} NOT NULL,
      UNIQUE (group_id, hash)
    )`,
    'CREATE INDEX output_group ON output (group_id, id)',
    ...textIndex,

    `CREATE TABLE occurrence (
      id ${identifier},
      key TEXT NOT NULL UNIQUE,
      group_id ${whole} NOT NULL,
      series_id ${whole} NOT NULL,
      output_id ${whole} NOT NULL,
      time ${whole} NOT NULL,
      mode TEXT NOT NULL,
      is_state_complete ${whole} NOT NULL,
      fields_json TEXT NOT NULL,
      ancestry_json TEXT NOT NULL
    )`,
    'CREATE INDEX occurrence_time ON occurrence (time, id, series_id)',
    'CREATE INDEX occurrence_group ON occurrence (group_id, time)',
    'CREATE INDEX occurrence_output ON occurrence (output_id)',

    `CREATE TABLE action (
      key TEXT NOT NULL PRIMARY KEY,
      occurrence TEXT,
      group_id ${whole},
      kind TEXT NOT NULL,
      actor TEXT NOT NULL,
      target TEXT NOT NULL,
      time ${whole} NOT NULL,
      result TEXT NOT NULL,
      detail TEXT NOT NULL,
      latency_milliseconds ${real},
      undo_json TEXT,
      undone ${whole}
    )`,
    'CREATE INDEX action_time ON action (time, key)',
    'CREATE INDEX action_occurrence ON action (occurrence)',
    'CREATE INDEX action_group ON action (group_id, time)',
    'CREATE INDEX action_early ON action (occurrence) WHERE group_id IS NULL AND occurrence IS NOT NULL',

    `CREATE TABLE outbox (
      id ${identifier},
      channel TEXT NOT NULL,
      deduplication_key TEXT NOT NULL,
      event TEXT NOT NULL,
      group_key TEXT,
      payload_json TEXT NOT NULL,
      due ${whole} NOT NULL,
      state TEXT NOT NULL,
      attempts ${whole} NOT NULL,
      last_error TEXT,
      created ${whole} NOT NULL,
      delivered ${whole},
      UNIQUE (channel, deduplication_key, event)
    )`,
    'CREATE INDEX outbox_due ON outbox (channel, state, due, id)',
    'CREATE INDEX outbox_state ON outbox (state, id)',

    `CREATE TABLE activity (
      workload TEXT NOT NULL,
      kind TEXT NOT NULL,
      value TEXT NOT NULL,
      count ${whole} NOT NULL,
      first_seen ${whole} NOT NULL,
      last_seen ${whole} NOT NULL,
      example TEXT NOT NULL,
      starts ${whole} NOT NULL,
      PRIMARY KEY (workload, kind, value)
    ) ${keyedTable}`,

    `CREATE TABLE gap (
      id ${identifier},
      source TEXT NOT NULL,
      from_time ${whole} NOT NULL,
      to_time ${whole} NOT NULL,
      reason TEXT NOT NULL,
      lost_events ${whole},
      UNIQUE (source, from_time, to_time, reason)
    )`,

    `CREATE TABLE position (source TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) ${keyedTable}`,
    `CREATE TABLE memory (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) ${keyedTable}`,
  ];
}
