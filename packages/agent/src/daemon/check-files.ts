import { closeSync, openSync } from 'node:fs';
import { reasonOf } from '@seawall/base';
import { readAuditAccess } from '../audit/access.ts';
import type { AgentConfiguration } from '../configuration/configuration.ts';
import { errors } from '../errors.ts';

/**
 * Looks whether the files that a configuration names, besides rules and policies, are there and can be used.
 * @throws agent/FILE_UNREADABLE, agent/AUDIT_ACCESS_INVALID
 */
export function checkFiles({ source, audit, etcd, kubernetes }: AgentConfiguration): void {
  const { authorities, certificate, key } = etcd ?? {};
  const paths = [source.capture, source.containers, authorities, certificate, key, kubernetes?.kubeconfig];
  for (const path of paths) if (path !== undefined) checkReadable(path);
  if (audit !== undefined) readAuditAccess(audit);
}

function checkReadable(path: string): void {
  try {
    closeSync(openSync(path, 'r'));
  } catch (error) {
    throw errors.create('FILE_UNREADABLE', { path, reason: reasonOf(error) }, error);
  }
}
