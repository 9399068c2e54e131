import type { KeyObject, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errors } from '../errors.ts';
import { applyChanges, type FileChange } from '../files/change.ts';
import type { Authority } from '../issue/authority.ts';
import { issueLeaf } from '../issue/leaf.ts';
import { readRequest } from '../issue/request.ts';
import { readCertificateFile } from '../read/certificates.ts';
import { coversHost, verifyChain } from '../read/chain.ts';
import { describeCertificate } from '../read/describe.ts';
import { readPrivateKeyFile } from '../read/private-key.ts';
import { type Cluster, whileChanging } from './cluster.ts';
import { authorityCertificatePath, type Leaf, leavesOf } from './layout.ts';
import { leafFiles, requestPath } from './leaf-files.ts';
import { isRotating, rotationDirectory } from './rotation/state.ts';

/**
 * Signs a request on the machine that holds an authority: what the request asks for is what is signed, so look at it first.
 * @throws pki/BAD_REQUEST
 */
export async function signRequest(
  pemText: string,
  source: string,
  authority: Authority,
  { lifetimeDays, now }: { readonly lifetimeDays: number; readonly now: number },
): Promise<X509Certificate> {
  const { publicKey, ...contents } = await readRequest(pemText, source);
  return issueLeaf(authority, { ...contents, key: publicKey, lifetimeDays, now });
}

export interface ImportOrder {
  readonly directory: string;
  /** Files with the signed certificates. */
  readonly paths: readonly string[];
  readonly now: number;
}

/**
 * Takes certificates that an external authority signed for waiting requests: found by their keys, checked against what was asked for, then
 * put in place with their keys in one change.
 * @throws pki/REQUEST_UNKNOWN, pki/IMPORT_REFUSED, and those of reading files and `applyChanges`
 */
export function importSigned(order: ImportOrder): Promise<Leaf[]> {
  return whileChanging(order.directory, async (cluster) => {
    const waiting = waitingRequests(cluster);
    const imported: Leaf[] = [];
    const changes: FileChange[] = [];
    for (const path of order.paths) {
      const certificate = readCertificateFile(path)[0]!;
      const match = waiting.find(({ key }) => certificate.checkPrivateKey(key));
      if (match === undefined) {
        const { subject } = describeCertificate(certificate);
        throw errors.create('REQUEST_UNKNOWN', { source: path, subject });
      }
      const { leaf, key } = match;
      checkAgainstRequest(cluster, leaf, certificate, path, order.now);
      const prefix = isRotating(cluster.directory) ? `${rotationDirectory}/new/` : '';
      const files = leafFiles({ leaf, certificate, key }, true);
      changes.push(...files.map((file) => ({ ...file, path: `${prefix}${file.path}` })));
      for (const suffix of ['.key', '.csr']) {
        changes.push({ path: `${requestPath(leaf)}${suffix}`, contents: null, mode: 0, mayReplace: true });
      }
      imported.push(leaf);
    }
    applyChanges(cluster.directory, changes);
    return imported;
  });
}

function waitingRequests({ directory, description }: Cluster): { leaf: Leaf; key: KeyObject }[] {
  return leavesOf(description)
    .map((leaf) => ({ leaf, path: join(directory, `${requestPath(leaf)}.key`) }))
    .filter(({ path }) => existsSync(path))
    .map(({ leaf, path }) => ({ leaf, key: readPrivateKeyFile(path) }));
}

/** @throws pki/IMPORT_REFUSED with every reason */
function checkAgainstRequest(
  { directory }: Cluster,
  leaf: Leaf,
  certificate: X509Certificate,
  source: string,
  now: number,
): void {
  const path = authorityCertificatePath(leaf.authority);
  const newPath = join(directory, rotationDirectory, 'new', path);
  const trusted = readCertificateFile(existsSync(newPath) ? newPath : join(directory, path));
  const description = describeCertificate(certificate);
  const reasons = leaf.usages.flatMap((usage) => {
    const answer = verifyChain(certificate, { trusted, at: now, usage });
    return answer.problems.map(({ message }) => message);
  });
  for (const name of leaf.names) {
    if (!coversHost(description, name)) reasons.push(`the name ${name} is missing`);
  }
  if (description.extendedKeyUsages === undefined) reasons.push('it has no extended key usages');
  for (const usage of description.extendedKeyUsages ?? []) {
    if (!(leaf.usages as readonly string[]).includes(usage))
      reasons.push(`the usage ${usage} was not asked for`);
  }
  if (description.isAuthority) reasons.push('it is an authority');
  if (reasons.length > 0) {
    throw errors.create('IMPORT_REFUSED', { source, reasons: [...new Set(reasons)].join('; ') });
  }
}
