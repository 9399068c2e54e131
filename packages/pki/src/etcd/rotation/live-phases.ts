import { join } from 'node:path';
import { readCertificateFile } from '../../read/certificates.ts';
import { describeCertificate } from '../../read/describe.ts';
import type { Cluster } from '../cluster.ts';
import type { Credentials } from '../handshake.ts';
import {
  defaultTimeoutMilliseconds,
  leafOf,
  type Port,
  ports,
  readCredentials,
  readProbe,
  tryPort,
} from '../live.ts';
import type { Member } from '../members.ts';
import type { Check } from '../report.ts';
import { unhealthyText } from '../verify-live.ts';
import { acceptedProbePath, type RotationState, rotationDirectory } from './state.ts';
import { type Phase, phaseAt, type Step } from './steps.ts';

/**
 * Asks every member whether it behaves as the steps done so far demand: which authority's certificates it lets in on each port, which
 * certificate it presents, and that it is healthy.
 * @param excusedUnits not asked: their last change may not be in effect yet.
 */
export async function checkPhases(
  cluster: Cluster,
  state: RotationState,
  steps: readonly Step[],
  { timeoutMilliseconds = defaultTimeoutMilliseconds }: { readonly timeoutMilliseconds?: number | undefined },
  excusedUnits: readonly string[],
): Promise<Check[]> {
  const asked = cluster.description.members.filter(({ name }) => !excusedUnits.includes(`members/${name}`));
  const checks = asked.flatMap((member) => {
    const phase = phaseAt(steps, state.position, `members/${member.name}`);
    return ports.map((port) =>
      state.authorities.includes(port.authority)
        ? checkRotatedPort(cluster, member, port, phase, timeoutMilliseconds)
        : checkHealth(cluster, member, port, timeoutMilliseconds),
    );
  });
  return (await Promise.all(checks)).flat();
}

async function checkRotatedPort(
  cluster: Cluster,
  member: Member,
  port: Port,
  phase: Phase,
  timeout: number,
): Promise<Check[]> {
  const subject = `${member.name} ${port.kind} port`;
  const checks: Check[] = [];
  let served: Buffer | undefined;
  for (const side of ['old', 'new'] as const) {
    const outcome = await tryPort(member, port, credentialsOf(cluster, member, port, side), timeout);
    const question = `${side} authority`;
    if (outcome.kind === 'unreachable') {
      const message = `could not be asked: ${outcome.reason}`;
      return [{ subject, question, outcome: 'fail', message }];
    }
    // A TLS 1.2 server refuses before the handshake is over; the side that it lets in shows what it presents.
    served = outcome.presented[0]?.raw ?? served;
    const isTrusted = outcome.kind === 'accepted';
    const shouldTrust = phase.trust === 'both' || phase.trust === side;
    const health = unhealthyText(outcome);
    if (isTrusted && health) checks.push({ subject, question: 'health', outcome: 'fail', message: health });
    checks.push({
      subject,
      question,
      outcome: isTrusted === shouldTrust ? 'pass' : 'fail',
      message: trustText(side, isTrusted, shouldTrust),
    });
  }
  if (served) checks.push(servedCheck(cluster, member, port, phase, served));
  return checks;
}

function trustText(side: string, isTrusted: boolean, shouldTrust: boolean): string {
  const is = isTrusted ? 'trusts' : 'does not trust';
  if (isTrusted === shouldTrust) return `${is} the ${side} authority`;
  const should = shouldTrust ? 'does not yet trust' : 'still trusts';
  return `${should} the ${side} authority: it has not been restarted with the new bundle`;
}

function servedCheck(cluster: Cluster, member: Member, port: Port, phase: Phase, served: Buffer): Check {
  const leaf = leafOf(cluster, member, port.served);
  const path = join(cluster.directory, rotationDirectory, phase.leaves, leaf.certificatePath);
  const expected = readCertificateFile(path)[0]!;
  const subject = `${member.name} ${port.kind} port`;
  const { serialNumber } = describeCertificate(expected);
  const isExpected = expected.raw.equals(served);
  return {
    subject,
    question: 'presents',
    outcome: isExpected ? 'pass' : 'fail',
    message: isExpected
      ? `presents ${serialNumber}`
      : `presents another certificate than ${leaf.certificatePath} (serial ${serialNumber}): its folder was not copied`,
  };
}

async function checkHealth(cluster: Cluster, member: Member, port: Port, timeout: number): Promise<Check[]> {
  const subject = `${member.name} ${port.kind} port`;
  if (port.kind === 'peer') return [];
  const credentials = readCredentials(cluster.directory, leafOf(cluster, member, port.right));
  const outcome = await tryPort(member, port, credentials, timeout);
  const health = outcome.kind === 'accepted' ? unhealthyText(outcome) : `${outcome.kind}: ${outcome.reason}`;
  return [{ subject, question: 'health', outcome: health ? 'fail' : 'pass', message: health ?? 'healthy' }];
}

function credentialsOf(cluster: Cluster, member: Member, port: Port, side: 'old' | 'new'): Credentials {
  const probe = port.kind === 'peer' ? readProbe(cluster.directory, acceptedProbePath(side)) : undefined;
  const material = join(cluster.directory, rotationDirectory, side);
  return probe ?? readCredentials(material, leafOf(cluster, member, port.right));
}
