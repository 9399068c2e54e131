import { statSync } from 'node:fs';
import type { Connection } from './connection.ts';
import { BUSY_SECONDS } from './failure.ts';

/** What a database takes on the disk, and giving back what it doesn't need. */

/** Pages given back to the file system in one step: 1 MiB. */
const VACUUM_PAGES = 256;
/** Pages of the text index that one step may rewrite. */
const MERGE_PAGES = 200;

/** Bytes that hold something; the file may be larger by what was deleted and not yet given back. */
export function usedBytes(connection: Connection): number {
  const pages = connection.pragma('page_count') - connection.pragma('freelist_count');
  return pages * connection.pragma('page_size');
}

/** Bytes of the file and of its write-ahead log. */
export function fileBytes({ path }: Connection): number {
  return [path, `${path}-wal`].reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

/** Drops words of deleted outputs from the index, a bit at a time. */
export function mergeTextIndex(connection: Connection): void {
  connection.script(`INSERT INTO output_text(output_text, rank) VALUES ('merge', ${MERGE_PAGES})`);
}

/** Gives some free pages back to the file system; false when there is nothing more to give. */
export function shrinkStep(connection: Connection): boolean {
  if (connection.pragma('freelist_count') === 0) return false;
  connection.script(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
  return true;
}

/** Empties the write-ahead log into the file, where no reader is in the way; waits for none. */
export function emptyLog(connection: Connection): void {
  connection.pragma('busy_timeout = 0');
  try {
    connection.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    connection.pragma(`busy_timeout = ${BUSY_SECONDS * 1000}`);
  }
}
