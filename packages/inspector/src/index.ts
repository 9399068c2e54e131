export { Trace, traces } from './apply/trace.ts';
export {
  type ContainerInfo,
  type ContainerMount,
  createContainerInfo,
  type HealthProbe,
  hostContainer,
  type PodInfo,
} from './container/container.ts';
export { matchCgroup } from './container/id.ts';
export { containerJson, parseContainerJson } from './container/json.ts';
export {
  CONTAINER_ADDED,
  CONTAINER_MISSING,
  CONTAINER_REMOVED,
  CONTAINERS_LOOKED_UP,
  type ContainerWatcher,
} from './container/watcher.ts';
export type { EventContext, Tables } from './context.ts';
export { type Descriptor, DescriptorType } from './descriptor/descriptor.ts';
export type { DescriptorTable } from './descriptor/table.ts';
export {
  createSyscallCatalogue,
  type SyscallCatalogue,
  type SyscallCatalogueOptions,
} from './fields/catalogue.ts';
export type { DomainNames } from './fields/domain.ts';
export type { FieldClass } from './fields/field.ts';
export {
  createInspector,
  type Inspector,
  type InspectorCounters,
  type InspectorOptions,
} from './inspector.ts';
export { createProcess } from './process/create.ts';
export type { Process } from './process/process.ts';
export { processScopes } from './process/scopes.ts';
