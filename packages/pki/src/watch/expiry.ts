import { existsSync, readdirSync, statSync } from 'node:fs';
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
 * keys, are passed over there). Of a cluster's folder, what must be expired (probes) or only waits (rotation) is left out.
 * @throws pki/FILE_MISSING for a path that is not there
 */
export function findCertificates(paths: readonly string[]): WatchedCertificate[] {
  return paths.flatMap((path) => {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) throw errors.create('FILE_MISSING', { path });
    if (!status.isDirectory()) return readWatched(path, false);
    return filesUnder(path).flatMap((file) => readWatched(file, true));
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

function filesUnder(directory: string): string[] {
  const isCluster = existsSync(join(directory, descriptionPath));
  return readdirSync(directory, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (isCluster && (entry.name === 'probes' || entry.name === rotationDirectory)) return [];
      if (entry.isDirectory()) return filesUnder(path);
      return certificateFile.test(entry.name) ? [path] : [];
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
    const problem = error.message;
    return [{ path, position: 1, subject: '', isAuthority: false, notAfter: undefined, problem }];
  }
}
