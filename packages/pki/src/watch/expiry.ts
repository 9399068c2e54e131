import { type Dirent, existsSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSeawallError } from '@seawall/base';
import { errors } from '../errors.ts';
import { descriptionPath } from '../etcd/cluster.ts';
import { rotationDirectory } from '../etcd/rotation/state.ts';
import { millisecondsPerDay } from '../issue/lifetime.ts';
import { readCertificateFile } from '../read/certificates.ts';
import { describeCertificate } from '../read/describe.ts';

/** One certificate found, or a file that could not be read. */
export interface WatchedCertificate {
  readonly path: string;
  /** From 1: a file may hold several. */
  readonly position: number;
  readonly subject: string;
  readonly isAuthority: boolean;
  /** Milliseconds since the epoch; undefined when unreadable. */
  readonly notAfter: number | undefined;
  /** Why it could not be read. */
  readonly problem: string | undefined;
}

export type ExpiryLevel = 'good' | 'soon' | 'expired' | 'unreadable';

const certificateFile = /\.(crt|cer|pem)$/;

/**
 * Finds the certificates in files and, recursively, in folders (files ending in .crt, .cer or .pem; those without a certificate, such as
 * keys, are passed over there). Of a cluster's folder, what must be expired (probes) or only waits (rotation) is left out. A folder that
 * can't be looked into is given as something unreadable: a certificate may end in it.
 * @throws pki/FILE_MISSING for a path that is not there, pki/FILE_UNREADABLE for one that can't be asked about
 */
export function findCertificates(paths: readonly string[]): WatchedCertificate[] {
  return paths.flatMap((path) => {
    if (!isDirectory(path)) return readWatched(path, false);
    return certificatesUnder(path);
  });
}

/** The same for who has found them before and looks again: a path that went away, or can't be asked about now, is something unreadable. */
export function findCertificatesAgain(paths: readonly string[]): WatchedCertificate[] {
  return paths.flatMap((path) => {
    try {
      return findCertificates([path]);
    } catch (error) {
      if (!isSeawallError(error)) throw error;
      return [unreadable(path, error.message)];
    }
  });
}

export function expiryLevel(
  { notAfter }: Pick<WatchedCertificate, 'notAfter'>,
  now: number,
  warnWithin: number,
): ExpiryLevel {
  if (notAfter === undefined) return 'unreadable';
  if (now > notAfter) return 'expired';
  return notAfter - now < warnWithin ? 'soon' : 'good';
}

/** `in 12 days`, `3 days ago`, `unreadable: ...`. */
export function expiryText({ notAfter, problem }: WatchedCertificate, now: number): string {
  if (notAfter === undefined) return `unreadable: ${problem}`;
  const days = Math.floor(Math.abs(notAfter - now) / millisecondsPerDay);
  const amount = days === 1 ? '1 day' : `${days} days`;
  return now > notAfter ? `${amount} ago` : `in ${amount}`;
}

function isDirectory(path: string): boolean {
  let status: Stats | undefined;
  try {
    status = statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw errors.create('FILE_UNREADABLE', { path, reason: (cause as Error).message }, cause);
  }
  if (status === undefined) throw errors.create('FILE_MISSING', { path });
  return status.isDirectory();
}

function certificatesUnder(directory: string): WatchedCertificate[] {
  const isCluster = existsSync(join(directory, descriptionPath));
  let entries: Dirent[];
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    return [unreadable(directory, (error as Error).message)];
  }
  return entries
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (isCluster && (entry.name === 'probes' || entry.name === rotationDirectory)) return [];
      if (entry.isDirectory()) return certificatesUnder(path);
      return certificateFile.test(entry.name) ? readWatched(path, true) : [];
    });
}

function readWatched(path: string, mayHaveNone: boolean): WatchedCertificate[] {
  try {
    return readCertificateFile(path).map((certificate, index) => {
      const { subject, isAuthority, notAfter } = describeCertificate(certificate);
      return { path, position: index + 1, subject, isAuthority, notAfter, problem: undefined };
    });
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    if (mayHaveNone && isSeawallError(error, 'pki/NO_CERTIFICATE')) return [];
    return [unreadable(path, error.message)];
  }
}

function unreadable(path: string, problem: string): WatchedCertificate {
  return { path, position: 1, subject: '', isAuthority: false, notAfter: undefined, problem };
}
