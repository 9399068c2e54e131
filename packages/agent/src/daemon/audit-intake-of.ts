import { createGuardState, type GuardOptions } from '@seawall/policies';
import { type AuditIntake, type AuditIntakeOptions, createAuditIntake } from '../audit/audit-intake.ts';
import type { AgentConfiguration } from '../configuration/configuration.ts';

const MEBIBYTE = 1024 * 1024;

export interface AuditParts
  extends Pick<AuditIntakeOptions, 'node' | 'catalogue' | 'set' | 'onSightings' | 'isFull' | 'log'>,
    Required<Pick<GuardOptions, 'own' | 'neverTouch' | 'etcdNamespaces' | 'clock'>> {
  /** What is known of etcd; undefined where nobody asks. */
  readonly quorum: GuardOptions['quorum'] | undefined;
}

/**
 * Takes audit events as an agent's configuration has it; undefined where it has no such thing.
 * @throws agent/LISTEN_FAILED, and those of reading what gives access
 */
export async function auditIntakeOf(
  { audit }: Pick<AgentConfiguration, 'audit'>,
  { own, neverTouch, etcdNamespaces, clock, quorum, ...parts }: AuditParts,
): Promise<AuditIntake | undefined> {
  if (audit === undefined) return undefined;
  return createAuditIntake({
    ...parts,
    listen: audit.listen,
    access: audit,
    longestBody: audit.maximumMebibytes * MEBIBYTE,
    generation: 1,
    guards: createGuardState({ own, neverTouch, etcdNamespaces, clock, ...(quorum && { quorum }) }),
  });
}
