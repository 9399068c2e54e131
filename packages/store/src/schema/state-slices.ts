import type { Dialect } from '../dialect.ts';

/**
 * Counts by the state of groups. A group moves from one state to another with all its slices, so what is stored already
 * can be summed up from the series.
 */
export function stateSlices({ types, keyedTable }: Dialect): readonly string[] {
  const { whole } = types;
  return [
    `CREATE TABLE state_slice (
      level ${whole} NOT NULL,
      start ${whole} NOT NULL,
      severity ${whole} NOT NULL,
      state TEXT NOT NULL,
      count ${whole} NOT NULL,
      PRIMARY KEY (level, start, severity, state)
    ) ${keyedTable}`,
    `INSERT INTO state_slice (level, start, severity, state, count)
      SELECT series_slice.level, series_slice.start, series.severity, finding_group.state, sum(series_slice.count)
      FROM series_slice
      JOIN series ON series.id = series_slice.series_id
      JOIN finding_group ON finding_group.id = series.group_id
      GROUP BY 1, 2, 3, 4`,
  ];
}
