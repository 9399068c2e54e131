import type { Clock } from '@seawall/base';
import type { Dialect } from '../dialect.ts';
import type { Connection } from '../sqlite/connection.ts';
import type { CommitReport, StoreBatch } from '../store.ts';
import { prepareFindingStatements } from './finding-statements.ts';
import { writeOccurrences } from './findings.ts';
import { createRecordWriter } from './records.ts';
import { createWorkloadWriter } from './workloads.ts';

/** Stores batches. */
export interface Committer {
  /** Stores all of a batch in one transaction, or nothing. */
  commit(batch: Partial<StoreBatch>): CommitReport;
  /** Forgets the ids that it knows: call it when rows were deleted. */
  forget(): void;
}

/** @param options.activityLimit how many values are kept for each workload and kind. */
export function createCommitter(
  connection: Connection,
  { builder }: Dialect,
  options: { readonly clock: Clock; readonly activityLimit: number },
): Committer {
  const statements = prepareFindingStatements(connection, builder);
  const workloads = createWorkloadWriter(connection, builder);
  const writeRecords = createRecordWriter(connection, builder, options);
  return {
    commit({ occurrences = [], ...records }) {
      try {
        return connection.transaction(() => {
          const report = writeOccurrences(statements, workloads, occurrences);
          writeRecords(records);
          return report;
        });
      } catch (error) {
        // Ids that this transaction gave out were taken back with it.
        workloads.forget();
        throw error;
      }
    },
    forget: workloads.forget,
  };
}
