import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type CertificateDescription, canonicalIpAddress, describeCertificate } from './describe.ts';

/** What the certificate is to be used for: presented by a server, or by a client. */
export type Usage = 'serverAuth' | 'clientAuth';

export type ChainProblemKind =
  | 'untrusted'
  | 'bad-signature'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-usage'
  | 'not-an-authority'
  | 'path-too-long'
  | 'name-mismatch';

export interface ChainProblem {
  readonly kind: ChainProblemKind;
  /** The certificate it is about. */
  readonly subject: string;
  /** One sentence for people. */
  readonly message: string;
}

export interface ChainQuestion {
  readonly trusted: readonly X509Certificate[];
  /** Certificates that may stand between; they are not trusted by themselves. */
  readonly intermediates?: readonly X509Certificate[];
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly usage?: Usage;
  /** A DNS name or IP address that the certificate must be for. */
  readonly host?: string;
}

export interface ChainAnswer {
  readonly isTrusted: boolean;
  /** From the leaf up to the trusted authority, as far as it could be followed. */
  readonly chain: readonly X509Certificate[];
  /** Every reason against it, not only the first. */
  readonly problems: readonly ChainProblem[];
}

const deepestChain = 8;

/**
 * Follows a certificate up to a trusted authority and asks what Go's and OpenSSL's verifiers ask: signatures, validity, authority flags,
 * path lengths, usages of the leaf and of every authority above it that restricts them, and the host's name.
 * Revocation is not asked: etcd's lists are files of its own.
 */
export function verifyChain(leaf: X509Certificate, question: ChainQuestion): ChainAnswer {
  const { chain, problem } = followChain(leaf, question);
  const problems: ChainProblem[] = problem ? [problem] : [];
  const descriptions = chain.map(describeCertificate);
  descriptions.forEach((description, depth) => {
    problems.push(...validityProblems(description, question.at));
    if (depth > 0) problems.push(...authorityProblems(description, depth - 1));
    if (question.usage) problems.push(...usageProblems(description, question.usage));
  });
  if (question.host !== undefined && !coversHost(descriptions[0]!, question.host)) {
    problems.push(nameProblem(descriptions[0]!, question.host));
  }
  return { isTrusted: problems.length === 0, chain, problems };
}

/**
 * Whether the certificate's subject alternative names hold a DNS name (with one leading wildcard label, RFC 6125) or IP address.
 * The common name is not asked, as Go and Node no longer do.
 */
export function coversHost(
  certificate: Pick<CertificateDescription, 'dnsNames' | 'ipAddresses'>,
  host: string,
): boolean {
  if (isIP(host)) return certificate.ipAddresses.includes(canonicalIpAddress(host));
  const wanted = host.toLowerCase().replace(/\.$/, '');
  return certificate.dnsNames.some((pattern) => {
    const name = pattern.toLowerCase().replace(/\.$/, '');
    if (!name.startsWith('*.')) return name === wanted;
    const dot = wanted.indexOf('.');
    return dot > 0 && wanted.slice(dot) === name.slice(1);
  });
}

function followChain(
  leaf: X509Certificate,
  { trusted, intermediates = [] }: ChainQuestion,
): { chain: X509Certificate[]; problem?: ChainProblem } {
  const chain = [leaf];
  for (;;) {
    const last = chain.at(-1)!;
    if (trusted.some((anchor) => anchor.raw.equals(last.raw))) return { chain };
    const named = (candidates: readonly X509Certificate[]) =>
      candidates.filter((candidate) => last.checkIssued(candidate));
    const candidates = [...named(trusted), ...named(intermediates)].filter((each) => !chain.includes(each));
    const issuer = candidates.find((candidate) => last.verify(candidate.publicKey));
    if (issuer === undefined || chain.length >= deepestChain) {
      return { chain, problem: missingIssuer(last, trusted, candidates.length > 0) };
    }
    chain.push(issuer);
  }
}

function missingIssuer(
  certificate: X509Certificate,
  trusted: readonly X509Certificate[],
  hasNamesake: boolean,
): ChainProblem {
  const { subject, issuer } = describeCertificate(certificate);
  const isForged = hasNamesake || trusted.some((anchor) => anchor.subject === certificate.issuer);
  return isForged
    ? {
        kind: 'bad-signature',
        subject,
        message: `${subject} names the authority ${issuer}, but was not signed by the key of the trusted one of that name`,
      }
    : {
        kind: 'untrusted',
        subject,
        message: `${subject} was issued by ${issuer}, which is not trusted here`,
      };
}

function validityProblems(certificate: CertificateDescription, at: number): ChainProblem[] {
  const { subject } = certificate;
  if (at > certificate.notAfter) {
    const message = `${subject} expired on ${new Date(certificate.notAfter).toISOString()}`;
    return [{ kind: 'expired', subject, message }];
  }
  if (at < certificate.notBefore) {
    const begins = new Date(certificate.notBefore).toISOString();
    const message = `${subject} is valid only from ${begins}: check this machine's clock (it says ${new Date(at).toISOString()})`;
    return [{ kind: 'not-yet-valid', subject, message }];
  }
  return [];
}

/** @param authoritiesBelow how many authorities stand between this one and the leaf. */
function authorityProblems(certificate: CertificateDescription, authoritiesBelow: number): ChainProblem[] {
  const { subject, keyUsages, pathLength } = certificate;
  const problems: ChainProblem[] = [];
  if (!certificate.isAuthority) {
    problems.push({ kind: 'not-an-authority', subject, message: `${subject} is no certificate authority` });
  } else if (keyUsages && !keyUsages.includes('keyCertSign')) {
    const message = `${subject} is an authority whose key usages do not include keyCertSign`;
    problems.push({ kind: 'not-an-authority', subject, message });
  }
  if (pathLength !== undefined && authoritiesBelow > pathLength) {
    const message = `${subject} allows ${pathLength} authorities below it, and ${authoritiesBelow} are there`;
    problems.push({ kind: 'path-too-long', subject, message });
  }
  return problems;
}

function usageProblems(certificate: CertificateDescription, usage: Usage): ChainProblem[] {
  const { subject, extendedKeyUsages: usages } = certificate;
  if (!usages || usages.includes(usage) || usages.includes('anyExtendedKeyUsage')) return [];
  const message = `${subject} may be used for ${usages.join(', ') || 'nothing'}, not for ${usage}`;
  return [{ kind: 'wrong-usage', subject, message }];
}

function nameProblem(certificate: CertificateDescription, host: string): ChainProblem {
  const { subject, dnsNames, ipAddresses } = certificate;
  const names = [...dnsNames, ...ipAddresses].join(', ') || 'no name at all';
  return { kind: 'name-mismatch', subject, message: `${subject} is for ${names}, not for ${host}` };
}
