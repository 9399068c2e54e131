export {
  type ApiServerAddress,
  type FindOptions,
  findApiServer,
  readKubeconfig,
} from './api-server/credentials.ts';
export {
  type Isolation,
  openPods,
  type Pod,
  type PodQuery,
  type Pods,
  QUARANTINE_LABEL,
  QUARANTINE_POLICY,
} from './api-server/pods.ts';
export { type ApiConnection, openApiConnection } from './api-server/request.ts';
export {
  type ApiObject,
  type FollowedObject,
  type ObjectWatch,
  type ObjectWatchOptions,
  watchObjects,
} from './api-server/watch-objects.ts';
export { AUDIT_SOURCE, createAuditCatalogue } from './audit/catalogue.ts';
export { type AuditContext, type AuditEvent, createAuditContext } from './audit/event.ts';
export { type AuditInputFault, type AuditInputItem, readAuditInput } from './audit/input.ts';
export { readContainerMetadata } from './containers/metadata.ts';
export {
  type ContainerRecord,
  type ImageReference,
  isOfKubernetes,
  type MountRecord,
  type PodRecord,
} from './containers/record.ts';
export { type JsonSchema, structuralSchemaOf } from './custom-resources/structural-schema.ts';
export { errors as kubeErrors } from './errors.ts';
export type { RuntimeStatus } from './metadata/connection.ts';
export {
  createMetadataService,
  type MetadataCounters,
  type MetadataOptions,
  type MetadataService,
  type MetadataUpdate,
} from './metadata/service.ts';
export { runtimesText } from './metadata/status-text.ts';
export { openRuntime, RUNTIME_KINDS, type RuntimeAddress } from './runtime/open.ts';
export type {
  ContainerRuntime,
  ContainerState,
  ContainerSummary,
  RuntimeAction,
  RuntimeEvent,
  RuntimeKind,
  RuntimeOptions,
  RuntimeVersion,
} from './runtime/runtime.ts';
export { findSockets, USUAL_SOCKETS } from './runtime/sockets.ts';
