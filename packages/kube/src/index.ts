export { AUDIT_SOURCE, createAuditCatalogue } from './audit/catalogue.ts';
export { type AuditContext, type AuditEvent, createAuditContext } from './audit/event.ts';
export { type AuditInputFault, type AuditInputItem, readAuditInput } from './audit/input.ts';
export { readContainerMetadata } from './containers/metadata.ts';
export type { ContainerRecord, ImageReference, MountRecord, PodRecord } from './containers/record.ts';
export { errors as kubeErrors } from './errors.ts';
