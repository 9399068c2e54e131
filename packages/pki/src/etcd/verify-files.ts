import type { X509Certificate } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSeawallError } from '@seawall/base';
import { hasUnfinishedChange } from '../files/change.ts';
import { millisecondsPerDay } from '../issue/lifetime.ts';
import { readCertificateFile } from '../read/certificates.ts';
import { coversHost, verifyChain } from '../read/chain.ts';
import { type CertificateDescription, describeCertificate } from '../read/describe.ts';
import { readPrivateKeyFile } from '../read/private-key.ts';
import { findSharedAuthorities } from '../read/shared-authority.ts';
import type { Cluster } from './cluster.ts';
import {
  type AuthorityName,
  authorityCertificatePath,
  authorityNames,
  type Leaf,
  leavesOf,
  type TrustBundle,
  trustBundlesOf,
} from './layout.ts';
import type { Check, Outcome } from './report.ts';
import { isRotating } from './rotation/state.ts';

export interface FileVerification {
  readonly now: number;
  /** Warn about what ends within so many milliseconds. */
  readonly warnWithin: number;
}

/** Bits below which a key is too weak: NIST's figures from 2030 on for RSA, and the smallest curve in use. */
const smallestKeys: Readonly<Record<string, number>> = { RSA: 3072, ECDSA: 256, Ed25519: 256 };
const smallestSerialBits = 64;

/** Reads every file of a cluster and judges it, without any network and without the authorities' keys. */
export function verifyFiles(cluster: Cluster, options: FileVerification): Check[] {
  const { directory, description } = cluster;
  const checks: Check[] = [];
  if (hasUnfinishedChange(directory)) {
    const message =
      'an interrupted change waits here: run any command that writes (renew, rotate-ca step), it finishes it';
    checks.push({ subject: directory, question: 'changes finished', outcome: 'fail', message });
  }
  const bundles = readBundles(cluster, checks);
  checks.push(...authorityChecks(cluster, options));
  checks.push(...bundleChecks(cluster, bundles));
  for (const leaf of leavesOf(description)) {
    checks.push(...attempt(leaf.id, 'readable', () => leafChecks(cluster, leaf, bundles, options)));
  }
  return checks;
}

interface ReadBundle extends TrustBundle {
  readonly certificates: readonly X509Certificate[];
}

function readBundles({ directory, description }: Cluster, checks: Check[]): ReadBundle[] {
  const bundles: ReadBundle[] = [];
  for (const bundle of trustBundlesOf(description)) {
    const found = attempt(bundle.path, 'readable', () => {
      bundles.push({ ...bundle, certificates: readCertificateFile(join(directory, bundle.path)) });
      return [];
    });
    checks.push(...found);
  }
  return bundles;
}

function authorityChecks({ directory, description }: Cluster, options: FileVerification): Check[] {
  const certificates: Partial<Record<AuthorityName, X509Certificate>> = {};
  const checks = authorityNames.flatMap((name) =>
    attempt(`authority ${name}`, 'readable', () => {
      const certificate = readCertificateFile(join(directory, authorityCertificatePath(name)))[0]!;
      certificates[name] = certificate;
      const say = about(`authority ${name}`);
      const said = describeCertificate(certificate);
      const isAuthority = said.isAuthority && said.keyUsages?.includes('keyCertSign') !== false;
      const found = [
        say(
          'is an authority',
          isAuthority,
          `${said.subject}`,
          'it lacks the CA flag or the keyCertSign usage',
        ),
        strengthCheck(`authority ${name}`, said),
        validityCheck(`authority ${name}`, said, options, 'plan a rotation: seawall pki etcd rotate-ca plan'),
      ];
      const keyPath = join(directory, `authorities/${name}.key`);
      if (existsSync(keyPath)) found.push(modeCheck(`authority ${name}`, keyPath));
      return found;
    }),
  );
  const { peers, clients } = certificates;
  if (peers && clients) {
    const shared = findSharedAuthorities([peers], [clients]);
    const say = about('authorities');
    const bad = 'peers and clients have the same authority: a client could act as a peer; make two';
    checks.push(say('are two', shared.length === 0, 'peers and clients have keys of their own', bad));
  }
  if (description.keyKeeping === 'plain') {
    const message =
      "the authorities' keys lie here unencrypted: whoever reads them is root of the cluster; consider moving them away";
    checks.push({ subject: 'authorities', question: 'keys protected', outcome: 'warn', message });
  }
  return checks;
}

/** A bundle must trust its authority and, unless a rotation says otherwise, nobody else; two bundles of a member must not overlap. */
function bundleChecks({ directory, description }: Cluster, bundles: readonly ReadBundle[]): Check[] {
  const isRotation = isRotating(directory);
  return bundles.flatMap((bundle) =>
    attempt(bundle.path, 'trusts', () => {
      const say = about(bundle.path);
      const other = bundles.find(
        ({ unit, authority }) => unit === bundle.unit && authority !== bundle.authority,
      );
      const shared = other ? findSharedAuthorities(bundle.certificates, other.certificates) : [];
      const overlap = `it shares ${shared.join(', ')} with ${other?.path}: a client could act as a peer`;
      const checks = [
        say('separate', shared.length === 0, 'trusts nobody that the other port trusts', overlap),
      ];
      if (!isRotation) {
        const expected = readCertificateFile(join(directory, authorityCertificatePath(bundle.authority)));
        const names = bundle.certificates.map((each) => describeCertificate(each).subject);
        const isExact =
          bundle.certificates.length === expected.length &&
          expected.every((each) => bundle.certificates.some((trusted) => trusted.raw.equals(each.raw)));
        const bad = `it trusts ${names.join(', ')}, not exactly the authority of ${description.clusterName}'s ${bundle.authority}`;
        checks.push(say('trusts', isExact, `trusts ${names.join(', ')}`, bad));
      }
      return checks;
    }),
  );
}

function leafChecks(
  cluster: Cluster,
  leaf: Leaf,
  bundles: readonly ReadBundle[],
  options: FileVerification,
): Check[] {
  const say = about(leaf.id);
  const certificate = readCertificateFile(join(cluster.directory, leaf.certificatePath))[0]!;
  const keyPath = join(cluster.directory, leaf.keyPath);
  const said = describeCertificate(certificate);
  const checks = [
    ...attempt(leaf.id, 'key', () => {
      const isOwn = certificate.checkPrivateKey(readPrivateKeyFile(keyPath));
      return [
        say('key', isOwn, 'the key belongs to it', 'the key is not its own: renew it'),
        modeCheck(leaf.id, keyPath),
      ];
    }),
    strengthCheck(leaf.id, said),
    validityCheck(leaf.id, said, options, 'renew it: seawall pki etcd renew'),
    usageCheck(leaf, said),
    namesCheck(leaf, said),
    trustCheck(leaf, certificate, bundles, options.now),
  ];
  return checks;
}

function usageCheck(leaf: Leaf, said: CertificateDescription): Check {
  const wanted = leaf.usages.join(', ');
  const found = said.extendedKeyUsages?.join(', ') ?? 'any';
  const isExact = [...(said.extendedKeyUsages ?? [])].sort().join() === [...leaf.usages].sort().join();
  const bad = `it may be used for ${found}, and should be for ${wanted}: renew it`;
  return about(leaf.id)('usages', isExact && !said.isAuthority, wanted, bad);
}

function namesCheck(leaf: Leaf, said: CertificateDescription): Check {
  const missing = leaf.names.filter((name) => !coversHost(said, name));
  const found = [...said.dnsNames, ...said.ipAddresses].join(', ') || 'none, as it should be';
  return about(leaf.id)('names', missing.length === 0, found, `${missing.join(', ')} missing: renew it`);
}

/** Every bundle that meets this leaf must accept it: a leaf of a new authority that one member does not know yet is caught here. */
function trustCheck(
  leaf: Leaf,
  certificate: X509Certificate,
  bundles: readonly ReadBundle[],
  now: number,
): Check {
  const say = about(leaf.id);
  const meeting = bundles.filter(({ authority }) => authority === leaf.authority);
  for (const bundle of meeting) {
    for (const usage of leaf.usages) {
      const { problems } = verifyChain(certificate, { trusted: bundle.certificates, at: now, usage });
      const problem = problems.find(({ kind }) => kind !== 'expired' && kind !== 'not-yet-valid');
      if (problem) return say('trusted', false, '', `${bundle.path} does not accept it: ${problem.message}`);
    }
  }
  return say('trusted', true, `by all ${meeting.length} bundles that meet it`, '');
}

function validityCheck(
  subject: string,
  said: CertificateDescription,
  { now, warnWithin }: FileVerification,
  advice: string,
): Check {
  const question = 'validity';
  const end = new Date(said.notAfter).toISOString();
  const days = Math.floor((said.notAfter - now) / millisecondsPerDay);
  const left = days === 1 ? '1 day' : `${days} days`;
  if (now > said.notAfter)
    return { subject, question, outcome: 'fail', message: `expired on ${end}: ${advice}` };
  if (now < said.notBefore) {
    const begin = new Date(said.notBefore).toISOString();
    const message = `valid only from ${begin}, and this clock says ${new Date(now).toISOString()}: set the clock`;
    return { subject, question, outcome: 'fail', message };
  }
  if (said.notAfter - now < warnWithin) {
    return { subject, question, outcome: 'warn', message: `ends in ${left} (${end}): ${advice}` };
  }
  return { subject, question, outcome: 'pass', message: `until ${end} (${left})` };
}

function strengthCheck(subject: string, said: CertificateDescription): Check {
  const { algorithm, bits = 0, curve } = said.key;
  const serialBits = said.serialNumber.replace(/^0+/, '').length * 4;
  const isStrong = bits >= (smallestKeys[algorithm] ?? Number.POSITIVE_INFINITY);
  const text = curve ? `${algorithm} ${curve}` : `${algorithm} ${bits}`;
  if (serialBits < smallestSerialBits) {
    const message = `its serial number has only ${serialBits} bits: it can be guessed; renew it`;
    return { subject, question: 'strength', outcome: 'warn', message };
  }
  return about(subject)(
    'strength',
    isStrong,
    `${text}, ${said.signatureAlgorithm}`,
    `${text} is too weak: renew it`,
  );
}

function modeCheck(subject: string, path: string): Check {
  const mode = statSync(path).mode & 0o777;
  const text = `0${mode.toString(8)}`;
  return about(subject)(
    'key file',
    (mode & 0o077) === 0,
    text,
    `${path} is ${text}: others can read it; chmod 600`,
  );
}

function about(subject: string) {
  return (question: string, isGood: boolean, good: string, bad: string): Check => ({
    subject,
    question,
    outcome: (isGood ? 'pass' : 'fail') as Outcome,
    message: isGood ? good : bad,
  });
}

/** Checks that cannot read their files have failed, with the reader's own words. */
function attempt(subject: string, question: string, checks: () => Check[]): Check[] {
  try {
    return checks();
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    return [{ subject, question, outcome: 'fail', message: error.message }];
  }
}
