import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { APPLICATION_ID } from './connection.ts';
import { LOG_SUFFIXES } from './file-identity.ts';

/** Where SQLite's header names the program that a database is of: big-endian, 32 bits. */
const APPLICATION_ID_OFFSET = 68;
const HEADER_BYTES = 100;

/**
 * Whether a damaged file may be moved aside: its header still says that it is a store of Seawall, or its name says that
 * it is a database. A file that was given by mistake stays where it is.
 */
export function isOwnFile(path: string): boolean {
  if (!statSync(path).isFile()) return false;
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(file);
  }
  return header.readUInt32BE(APPLICATION_ID_OFFSET) === APPLICATION_ID || path.endsWith('.db');
}

/**
 * Renames a damaged database and the files beside it, so that a new one can be begun.
 * @param milliseconds the time of now, for the name.
 * @returns the new name.
 */
export function moveAside(path: string, milliseconds: number): string {
  const stamp = new Date(milliseconds)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  let target = `${path}.damaged-${stamp}`;
  for (let number = 2; existsSync(target); number++) target = `${path}.damaged-${stamp}-${number}`;
  // The log first: a new database must never find the log of the old one.
  for (const suffix of [...LOG_SUFFIXES, '']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  return target;
}
