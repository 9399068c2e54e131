export { errors as pkiErrors } from './errors.ts';
export type { KeyAccess } from './etcd/authorities.ts';
export {
  type Cluster,
  type ClusterDescription,
  findMember,
  type KeyKeeping,
  keyKeepingNames,
  openCluster,
} from './etcd/cluster.ts';
export {
  type ConfigurationFormat,
  configurationFormats,
  writeConfiguration,
} from './etcd/configuration/configure.ts';
export { type Network, readNetwork } from './etcd/configuration/network.ts';
export { type ConfigurationOptions, defaultFilesAt } from './etcd/configuration/options.ts';
export { importSigned, signRequest } from './etcd/external.ts';
export { type InitialiseOrder, initialise } from './etcd/initialise.ts';
export {
  type AuthorityName,
  authorityNames,
  type LayoutName,
  type Leaf,
  layoutNames,
  leavesOf,
  type NamedClient,
} from './etcd/layout.ts';
export { type Member, parseMember, parseMemberFile } from './etcd/members.ts';
export { issueMore, type Renewal, renew } from './etcd/renew.ts';
export { type Check, makeReport, type Outcome, type Report } from './etcd/report.ts';
export { planRotation } from './etcd/rotation/plan.ts';
export {
  type RotationOrder,
  type RotationProgress,
  type RotationStatus,
  rotationStatus,
  stepBack,
  stepForward,
} from './etcd/rotation/rotate.ts';
export { isRotating } from './etcd/rotation/state.ts';
export { type Step, stepsOf } from './etcd/rotation/steps.ts';
export { verifyFiles } from './etcd/verify-files.ts';
export { verifyLive } from './etcd/verify-live.ts';
export { type KeyAlgorithmName, keyAlgorithmNames } from './issue/algorithms.ts';
export { type Authority, createAuthority, toAuthority } from './issue/authority.ts';
export { exportKey, generateKey } from './issue/keys.ts';
export { issueLeaf, type LeafContents, signLeaf } from './issue/leaf.ts';
export { type KeepOrder, type KeptCertificate, keepOwnCertificate } from './own/keep-renewed.ts';
export {
  issueOwnCertificate,
  type OwnCertificate,
  type OwnOrder,
  type OwnPurpose,
  ownUsages,
  renewalTime,
} from './own/own-certificate.ts';
export * from './read/index.ts';
export {
  type ExpiryLevel,
  expiryLevel,
  expiryText,
  findCertificates,
  findCertificatesAgain,
  type WatchedCertificate,
} from './watch/expiry.ts';
export { expiryMetrics, type MetricsServer, renderMetrics, serveMetrics } from './watch/metrics.ts';
export { createExpiryWatcher, type ExpiryNotice } from './watch/watch.ts';
