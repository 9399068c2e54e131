import type { FieldCatalogue } from '@seawall/rules';
import type { AuditContext } from './event.ts';
import { containerFields } from './fields-of-containers.ts';
import { generalFields } from './fields-of-events.ts';
import { podFields } from './fields-of-pods.ts';
import { requestFields } from './fields-of-requests.ts';

/** The name of the source in rule files. */
export const AUDIT_SOURCE = 'k8s_audit';

/** The fields of Kubernetes audit events: `ka.*`, the `evt.*` that every source has, `json.*` and `jevt.*`. */
export function createAuditCatalogue(): FieldCatalogue<AuditContext> {
  const fields = new Map(
    [...generalFields, ...requestFields, ...podFields, ...containerFields].map(
      (field) => [field.name, field] as const,
    ),
  );
  return { source: AUDIT_SOURCE, fields };
}
