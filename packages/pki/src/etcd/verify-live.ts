import { join } from 'node:path';
import { isSeawallError } from '@seawall/base';
import { readCertificateFile } from '../read/certificates.ts';
import { coversHost, verifyChain } from '../read/chain.ts';
import { describeCertificate } from '../read/describe.ts';
import { probePath, type RefusedProbe } from './authorities.ts';
import { type Cluster, findMember } from './cluster.ts';
import type { Credentials, HandshakeOutcome } from './handshake.ts';
import { trustBundlesOf } from './layout.ts';
import {
  defaultTimeoutMilliseconds,
  forge,
  leafOf,
  type Port,
  ports,
  readCredentials,
  readProbe,
  tryPort,
} from './live.ts';
import type { Member } from './members.ts';
import type { Check } from './report.ts';

export interface LiveVerification {
  readonly now: number;
  readonly timeoutMilliseconds?: number | undefined;
  /** Members by name; undefined is all. */
  readonly members?: readonly string[] | undefined;
}

/** Clocks that differ by more than this make fresh certificates fail on one side. */
const tolerableClockDifference = 60_000;

/**
 * Shakes hands with every member's client and peer port: the right certificate must be let in; none, a forged one, one of the other
 * purpose, an expired one and one without client usage must not. And the certificate that the member presents must be the one on disk.
 * @throws pki/NO_SUCH_MEMBER
 */
export async function verifyLive(cluster: Cluster, options: LiveVerification): Promise<Check[]> {
  const names = options.members && [...new Set(options.members)];
  const members = names?.map((name) => findMember(cluster, name)) ?? cluster.description.members;
  const checks = await Promise.all(
    members.flatMap((member) => ports.map((port) => verifyPort(cluster, member, port, options))),
  );
  return checks.flat();
}

/** What is presented, and whether it must be let in. */
interface Trial {
  readonly question: string;
  readonly isWelcome: boolean;
  /** A text says why it can't be tried. */
  readonly credentials: Credentials | undefined | string;
}

async function verifyPort(
  cluster: Cluster,
  member: Member,
  port: Port,
  options: LiveVerification,
): Promise<Check[]> {
  const subject = `${member.name} ${port.kind} port`;
  try {
    const [right, ...others] = await trialsFor(cluster, member, port, options.now);
    const timeout = options.timeoutMilliseconds ?? defaultTimeoutMilliseconds;
    const attempt = async (trial: Trial) =>
      typeof trial.credentials === 'string'
        ? undefined
        : await tryPort(member, port, trial.credentials, timeout);
    const first = (await attempt(right!))!;
    const checks = [
      judge(subject, right!, first),
      ...servedChecks(cluster, member, port, first, options.now),
    ];
    if (first.kind === 'unreachable') return checks.slice(0, 1);
    if (first.kind === 'refused') checks[0] = excuseForeignAddress(cluster, member, port, first, checks[0]!);
    for (const trial of others) checks.push(judge(subject, trial, await attempt(trial)));
    return checks;
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    return [{ subject, question: 'handshakes', outcome: 'fail', message: error.message }];
  }
}

async function trialsFor(cluster: Cluster, member: Member, port: Port, now: number): Promise<Trial[]> {
  const { directory } = cluster;
  const rightLeaf = leafOf(cluster, member, port.right);
  const probe = (name: RefusedProbe) =>
    readProbe(directory, probePath(name, port.authority)) ??
    'no such certificate was kept (the authorities are external)';
  const refused = (question: string, credentials: Trial['credentials']): Trial => ({
    question,
    isWelcome: false,
    credentials,
  });
  return [
    { question: 'right certificate', isWelcome: true, credentials: readCredentials(directory, rightLeaf) },
    refused('no certificate', undefined),
    refused('foreign authority', await forge(cluster, rightLeaf, now)),
    refused(
      port.kind === 'peer' ? 'client certificate as peer' : 'peer certificate as client',
      readCredentials(directory, leafOf(cluster, member, port.swapped)),
    ),
    refused('expired certificate', probe('expired')),
    refused('server-only certificate', probe('server-only')),
  ];
}

function judge(subject: string, trial: Trial, outcome: HandshakeOutcome | undefined): Check {
  const { question, isWelcome } = trial;
  const say = (kind: Check['outcome'], message: string): Check => ({
    subject,
    question,
    outcome: kind,
    message,
  });
  if (outcome === undefined) return say('skip', `not tried: ${trial.credentials as string}`);
  if (outcome.kind === 'unreachable') return say('fail', `could not be asked: ${outcome.reason}`);
  if (outcome.kind === 'refused') {
    if (!isWelcome) return say('pass', `refused (${outcome.reason})`);
    return say(
      'fail',
      `refused (${outcome.reason}): has the member these files, and was it started with them?`,
    );
  }
  if (!isWelcome) {
    const advice = 'is client-cert-auth (peer-client-cert-auth) on, and the trusted CA file the right one?';
    return say('fail', `accepted: ${advice}`);
  }
  const health = unhealthyText(outcome);
  return health ? say('fail', health) : say('pass', `accepted (${outcome.protocol})`);
}

/** Why a member that let us in is not well, or undefined where it is (or was not asked). */
export function unhealthyText({ status, body }: HandshakeOutcome): string | undefined {
  if (body.includes('"health"') && !/"health":\s*"?true"?/.test(body))
    return `accepted, but unhealthy: ${body.trim()}`;
  if (status !== undefined && status >= 500) return `accepted, but answered ${status}: ${body.trim()}`;
  return undefined;
}

/** etcd lets a peer in only from an address that its certificate names: elsewhere, the refusal proves nothing. */
function excuseForeignAddress(
  cluster: Cluster,
  member: Member,
  port: Port,
  outcome: HandshakeOutcome,
  check: Check,
): Check {
  if (port.kind !== 'peer' || outcome.localAddress === undefined) return check;
  const { names } = leafOf(cluster, member, port.right);
  if (names.includes(outcome.localAddress)) return check;
  const message = `not tried: etcd lets this peer in from ${names.join(', ')} only, and this machine is ${outcome.localAddress}: run it there`;
  return { ...check, outcome: 'skip', message };
}

function servedChecks(
  cluster: Cluster,
  member: Member,
  port: Port,
  outcome: HandshakeOutcome,
  now: number,
): Check[] {
  const subject = `${member.name} ${port.kind} port`;
  const [served, ...intermediates] = outcome.presented;
  if (served === undefined) return [];
  const bundle = trustBundlesOf(cluster.description).find(
    (each) => each.unit === `members/${member.name}` && each.authority === port.authority,
  )!;
  const trusted = readCertificateFile(join(cluster.directory, bundle.path));
  const { problems } = verifyChain(served, { trusted, intermediates, at: now, usage: 'serverAuth' });
  const said = describeCertificate(served);
  const messages = problems.map(({ message }) => message);
  for (const address of member.addresses) {
    if (!coversHost(said, address)) messages.push(`it is not for ${address}`);
  }
  const isGood = messages.length === 0;
  const checks: Check[] = [
    {
      subject,
      question: 'presents',
      outcome: isGood ? 'pass' : 'fail',
      message: isGood
        ? `${said.subject}, until ${new Date(said.notAfter).toISOString()}`
        : messages.join('; '),
    },
  ];
  const leaf = leafOf(cluster, member, port.served);
  const onDisk = readCertificateFile(join(cluster.directory, leaf.certificatePath))[0]!;
  if (!onDisk.raw.equals(served.raw)) {
    const message = `the member presents another certificate (serial ${said.serialNumber}) than ${leaf.certificatePath}: copy the folder to it`;
    checks.push({ subject, question: 'presents the file', outcome: 'fail', message });
  }
  const difference = outcome.clockDifference ?? 0;
  if (Math.abs(difference) > tolerableClockDifference) {
    const seconds = Math.round(difference / 1000);
    const message = `its clock differs from this machine's by ${seconds} s: fresh certificates fail on one side; set the clocks`;
    checks.push({ subject, question: 'clock', outcome: 'warn', message });
  }
  return checks;
}
