import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import {
  authorityNames,
  type CertificateDescription,
  describeCertificate,
  type KeyAlgorithmName,
  keyAlgorithmNames,
  leavesOf,
  openCluster,
  readCertificateFile,
} from '@seawall/pki';
import { initialise } from '../../packages/pki/src/etcd/initialise.ts';
import {
  etcdMissing,
  loopbackMembers,
  startMembers,
  testDescription,
} from '../../packages/pki/src/testing/etcd-members.ts';
import type { AcceptanceResult } from '../row.ts';
import { withScratch } from './support/scratch.ts';

export const title =
  "every certificate: openssl x509 -text and openssl verify agree with what we say; accepted by Go's TLS (etcd, kube-apiserver) and Node's";

interface Tally {
  certificates: number;
  handshakes: number;
  readonly disagreements: string[];
  readonly etcds: string[];
}

export async function run(): Promise<AcceptanceResult> {
  if (spawnSync('openssl', ['version']).error) return { skipped: 'openssl is not installed' };
  const tally: Tally = { certificates: 0, handshakes: 0, disagreements: [], etcds: [] };
  const missing = etcdMissing();
  for (const algorithm of keyAlgorithmNames) {
    for (const layout of ['seawall', 'kubeadm'] as const) {
      await withScratch(async (root) => {
        await compareCluster(root, algorithm, layout, tally);
        if (layout === 'kubeadm' || missing) return;
        const cluster = await startMembers(join(root, 'pki'), root);
        tally.etcds.push(algorithm);
        await cluster.stop();
      });
    }
  }
  const { certificates, handshakes, disagreements, etcds } = tally;
  const figure = [
    `${certificates} certificates (${keyAlgorithmNames.join(', ')}; both layouts; with and without a gateway pair)`,
    `${disagreements.length} disagreements with openssl`,
    `${handshakes} handshakes of Node with Node`,
    missing
      ? `Go's TLS not tried: ${missing}`
      : `Go's TLS: single etcd members came up healthy with ${etcds.join(', ')} (kube-apiserver is not built here; it uses the same Go library)`,
    ...disagreements.slice(0, 5),
  ].join('; ');
  return { figure, passed: disagreements.length === 0 && (missing !== undefined || etcds.length === 4) };
}

async function compareCluster(
  root: string,
  algorithm: KeyAlgorithmName,
  layout: 'seawall' | 'kubeadm',
  tally: Tally,
): Promise<void> {
  const directory = join(root, 'pki');
  const members = await loopbackMembers(1);
  const named = members.map((member) => ({
    ...member,
    addresses: [...member.addresses, '2001:db8::1', 'a.example.com'],
  }));
  const description = {
    ...testDescription(named),
    algorithm,
    layout,
    hasGatewayClient: layout === 'kubeadm',
  };
  await initialise({ directory, description, now: Date.now() });
  const { description: made } = openCluster(directory);
  for (const name of authorityNames)
    compare(join(directory, `authorities/${name}.crt`), [], undefined, tally);
  for (const leaf of leavesOf(made)) {
    const authority = join(directory, `authorities/${leaf.authority}.crt`);
    const purposes = leaf.usages.map((usage) => (usage === 'serverAuth' ? 'sslserver' : 'sslclient'));
    compare(join(directory, leaf.certificatePath), purposes, authority, tally);
  }
  const read = (path: string) => readFileSync(join(directory, path));
  const leaf = (purpose: string) => leavesOf(made).find((each) => each.purpose === purpose)!;
  for (const [server, client, trust] of [
    ['server', 'apiserver', 'clients'],
    ['peer', 'peer', 'peers'],
  ] as const) {
    const ca = read(`authorities/${trust}.crt`);
    await shake(
      { cert: read(leaf(server).certificatePath), key: read(leaf(server).keyPath), ca },
      { cert: read(leaf(client).certificatePath), key: read(leaf(client).keyPath), ca },
    );
    tally.handshakes++;
  }
}

/** What openssl prints, in its own spelling, against what we say. */
function compare(
  path: string,
  purposes: readonly string[],
  authority: string | undefined,
  tally: Tally,
): void {
  tally.certificates++;
  const said = describeCertificate(readCertificateFile(path)[0]!);
  const disagree = (what: string) => tally.disagreements.push(`${path}: ${what}`);
  const text = openssl('x509', '-in', path, '-noout', '-text', '-nameopt', 'RFC2253');
  for (const expected of expectedLines(said)) {
    if (!text.replace(/\s+/g, ' ').includes(expected)) disagree(`openssl does not print "${expected}"`);
  }
  const serial = openssl('x509', '-in', path, '-noout', '-serial')
    .trim()
    .replace('serial=', '')
    .toLowerCase();
  if (serial.replace(/^0+/, '') !== said.serialNumber.replace(/^0+/, '')) disagree(`serial ${serial}`);
  const fingerprint = openssl('x509', '-in', path, '-noout', '-fingerprint', '-sha256');
  if (fingerprint.trim().split('=')[1]!.replaceAll(':', '').toLowerCase() !== said.fingerprint)
    disagree(fingerprint);
  for (const purpose of purposes) {
    const verdict = openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', authority!, path);
    if (!verdict.trim().endsWith(': OK')) disagree(`openssl verify -purpose ${purpose}: ${verdict}`);
  }
  for (const purpose of ['sslserver', 'sslclient'].filter((each) => !purposes.includes(each))) {
    if (authority === undefined) continue;
    const verdict = openssl('verify', '-purpose', purpose, '-CAfile', authority, path);
    if (verdict.trim().endsWith(': OK'))
      disagree(`openssl accepts it for ${purpose}, we say ${said.extendedKeyUsages}`);
  }
}

function expectedLines(said: CertificateDescription): string[] {
  const date = (milliseconds: number) => {
    const [, day, month, year, time] = /\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(
      new Date(milliseconds).toUTCString(),
    )!;
    return `${month} ${Number(day)} ${time} ${year} GMT`;
  };
  const usages: Record<string, string> = {
    serverAuth: 'TLS Web Server Authentication',
    clientAuth: 'TLS Web Client Authentication',
  };
  const keyUsages: Record<string, string> = {
    digitalSignature: 'Digital Signature',
    keyEncipherment: 'Key Encipherment',
    keyCertSign: 'Certificate Sign',
    cRLSign: 'CRL Sign',
  };
  const colons = (hex: string) => hex.toUpperCase().match(/../g)!.join(':');
  const names = [...said.dnsNames.map((name) => `DNS:${name}`)];
  return [
    `Subject: CN=${said.commonName}`,
    `Not Before: ${date(said.notBefore)}`,
    `Not After : ${date(said.notAfter)}`,
    `Signature Algorithm: ${said.signatureAlgorithm}`,
    said.key.curve ? `NIST CURVE: ${said.key.curve}` : `Public-Key: (${said.key.bits} bit)`,
    said.isAuthority ? 'X509v3 Basic Constraints: critical CA:TRUE, pathlen:0' : 'CA:FALSE',
    `X509v3 Key Usage: critical ${said.keyUsages!.map((usage) => keyUsages[usage]).join(', ')}`,
    ...(said.extendedKeyUsages
      ? [`X509v3 Extended Key Usage: ${said.extendedKeyUsages.map((usage) => usages[usage]).join(', ')}`]
      : []),
    ...(said.subjectKeyIdentifier ? [colons(said.subjectKeyIdentifier)] : []),
    ...(said.authorityKeyIdentifier ? [colons(said.authorityKeyIdentifier)] : []),
    ...names,
    ...said.ipAddresses.filter((address) => address.includes('.')).map((address) => `IP Address:${address}`),
    ...(said.ipAddresses.includes('2001:db8::1') ? ['IP Address:2001:DB8:0:0:0:0:0:1'] : []),
  ];
}

function openssl(...words: string[]): string {
  const { stdout, stderr } = spawnSync('openssl', words, { encoding: 'utf8' });
  return stdout || stderr;
}

interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
}

/** A mutual handshake of Node with Node, both sides strict. */
async function shake(server: Pair, client: Pair): Promise<void> {
  const listener = createServer({ ...server, requestCert: true, rejectUnauthorized: true }, (socket) =>
    socket.end('hello'),
  );
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as { port: number };
  try {
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ ...client, host: '127.0.0.1', port });
      socket.on('data', () => resolve());
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('closed without a word')));
    });
  } finally {
    listener.close();
  }
}
