import type { X509Certificate } from 'node:crypto';
import { isSeawallError } from '@seawall/base';
import { describeCertificate, findSharedAuthorities, readCertificates, verifyChain } from '@seawall/pki/read';
import type { EffectiveConfiguration } from '../effective/compute.ts';
import { formatSettingValue } from '../effective/settings.ts';
import {
  type Evidence,
  fail,
  notApplicable,
  pass,
  peerOf,
  type Rule,
  type Subject,
  unknown,
} from './check.ts';

const DAY = 86_400_000;

type Bundle =
  | {
      readonly kind: 'certificates';
      readonly path: string;
      readonly certificates: readonly X509Certificate[];
    }
  | { readonly kind: 'unset' }
  | { readonly kind: 'unknown'; readonly missing: string };

/** The certificates of the file that a setting names. */
export function readBundle(configuration: EffectiveConfiguration, setting: string): Bundle {
  const state = configuration.settings.get(setting);
  if (state === undefined) return { kind: 'unset' };
  if (state.kind === 'unknown') return { kind: 'unknown', missing: state.missing };
  if (state.setting.value === undefined || state.setting.value === '') return { kind: 'unset' };
  const { tree } = configuration.instance;
  const inside = formatSettingValue(state.setting.value);
  const path = tree.locate(inside);
  const text = tree.read(inside);
  if (text.kind !== 'found') {
    return {
      kind: 'unknown',
      missing: `${path} (${text.kind === 'missing' ? 'does not exist' : text.reason})`,
    };
  }
  try {
    return { kind: 'certificates', path, certificates: readCertificates(text.value, path) };
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    return { kind: 'unknown', missing: `a readable certificate: ${error.message}` };
  }
}

function certificateEvidence(setting: string, path: string, certificate: X509Certificate): Evidence {
  const { subject, notAfter, key } = describeCertificate(certificate);
  const kind = key.curve ?? `${key.algorithm} ${key.bits ?? ''}`.trim();
  const until = new Date(notAfter).toISOString().slice(0, 10);
  return { what: setting, value: `${subject} (${kind}, until ${until})`, origin: path, path };
}

/** Certificates that a component presents are valid now and for the days that the site wants. */
export function certificatesLast(settings: readonly string[]): Rule {
  return judgeCertificates(
    'every certificate in use is valid, and for long enough',
    settings,
    (certificate, subject) => {
      const { notAfter, notBefore } = describeCertificate(certificate);
      const { now } = subject.node;
      if (notBefore > now) return `is not valid before ${new Date(notBefore).toISOString()}`;
      const days = Math.floor((notAfter - now) / DAY);
      if (days < 0) return `expired on ${new Date(notAfter).toISOString().slice(0, 10)}`;
      return days < subject.site.values.certificateDaysLeft
        ? `expires in ${days === 1 ? '1 day' : `${days} days`}`
        : undefined;
    },
  );
}

/** Keys that nobody can break today: RSA of 2048 bits, a named curve, Ed25519; no SHA-1 or MD5 signature. */
export function certificatesAreStrong(settings: readonly string[]): Rule {
  return judgeCertificates('keys and signatures are strong', settings, (certificate) => {
    const { key, signatureAlgorithm } = describeCertificate(certificate);
    if (/md5|sha1(?!\d)/i.test(signatureAlgorithm)) return `is signed with ${signatureAlgorithm}`;
    if (key.algorithm === 'RSA' && (key.bits ?? 0) < 2048) return `has an RSA key of ${key.bits} bits`;
    return undefined;
  });
}

function judgeCertificates(
  how: string,
  settings: readonly string[],
  judge: (certificate: X509Certificate, subject: Subject) => string | undefined,
): Rule {
  return {
    how,
    decide(subject) {
      const evidence: Evidence[] = [];
      const faults: string[] = [];
      let open: string | undefined;
      for (const setting of settings) {
        const bundle = readBundle(subject.configuration, setting);
        if (bundle.kind === 'unknown') open ??= bundle.missing;
        if (bundle.kind !== 'certificates') continue;
        for (const certificate of bundle.certificates) {
          evidence.push(certificateEvidence(setting, bundle.path, certificate));
          const fault = judge(certificate, subject);
          if (fault !== undefined) {
            faults.push(`${describeCertificate(certificate).subject} in ${bundle.path} ${fault}`);
          }
        }
      }
      if (faults.length > 0) return fail(faults.join('; '), evidence);
      if (open !== undefined) return unknown(open, evidence);
      return evidence.length === 0 ? notApplicable('no certificate file is set') : pass(how, evidence);
    },
    fix: () => [{ kind: 'advice', text: 'issue the certificate anew: seawall pki (or kubeadm certs renew)' }],
  };
}

/** The two bundles trust nobody in common: otherwise what one side issues is let in by the other. */
export function authoritiesDiffer(
  one: { setting: string; suggestion: string },
  other: { component?: 'kube-apiserver'; setting: string },
  consequence: string,
): Rule {
  const how = `${one.setting} and ${other.component === undefined ? '' : `${other.component}'s `}${other.setting} share no authority`;
  return {
    how,
    decide(subject) {
      const configuration =
        other.component === undefined ? subject.configuration : peerOf(subject, other.component);
      const left = readBundle(subject.configuration, one.setting);
      if (left.kind === 'unset') return fail(`${one.setting} is not set: no authority of its own is trusted`);
      if (left.kind === 'unknown') return unknown(left.missing);
      if (configuration === undefined) {
        return unknown(`the ${other.setting} of ${other.component}, which is not on this node`);
      }
      const right = readBundle(configuration, other.setting);
      if (right.kind === 'unset') return notApplicable(`${other.setting} is not set`);
      if (right.kind === 'unknown') return unknown(right.missing);
      const evidence = [
        ...left.certificates.map((each) => certificateEvidence(one.setting, left.path, each)),
        ...right.certificates.map((each) => certificateEvidence(other.setting, right.path, each)),
      ];
      const shared = findSharedAuthorities(left.certificates, right.certificates);
      return shared.length === 0
        ? pass(how, evidence)
        : fail(`${left.path} and ${right.path} both trust ${shared.join(', ')}: ${consequence}`, evidence);
    },
    fix: (subject) => [
      ...(readBundle(subject.configuration, one.setting).kind === 'unset'
        ? [{ kind: 'set' as const, setting: one.setting, value: one.suggestion }]
        : []),
      {
        kind: 'advice',
        text: 'make a separate authority and re-issue the certificates below it: seawall pki etcd',
      },
    ],
  };
}

/** The apiserver's client certificate for etcd leads to an authority that etcd trusts for clients, and may be used by a client. */
export const etcdClientCertificateVerifies: Rule = {
  how: "the certificate in etcd-certfile verifies against etcd's trusted-ca-file, for client use",
  decide(subject) {
    const client = readBundle(subject.configuration, 'etcd-certfile');
    if (client.kind === 'unset')
      return fail('etcd-certfile is not set: there is no client certificate to verify');
    if (client.kind === 'unknown') return unknown(client.missing);
    const etcd = peerOf(subject, 'etcd');
    if (etcd === undefined) return unknown("etcd's trusted-ca-file, and etcd is not on this node");
    const trusted = readBundle(etcd, 'trusted-ca-file');
    if (trusted.kind === 'unset')
      return fail('etcd has no trusted-ca-file: it verifies no client certificate');
    if (trusted.kind === 'unknown') return unknown(trusted.missing);
    const [leaf, ...intermediates] = client.certificates;
    const evidence = [
      certificateEvidence('etcd-certfile', client.path, leaf!),
      ...trusted.certificates.map((each) => certificateEvidence('trusted-ca-file', trusted.path, each)),
    ];
    const answer = verifyChain(leaf!, {
      trusted: trusted.certificates,
      intermediates,
      at: subject.node.now,
      usage: 'clientAuth',
    });
    return answer.isTrusted
      ? pass(etcdClientCertificateVerifies.how, evidence)
      : fail(answer.problems.map(({ message }) => message).join('; '), evidence);
  },
  fix: () => [
    { kind: 'advice', text: "issue the client certificate from etcd's client authority: seawall pki etcd" },
  ],
};
