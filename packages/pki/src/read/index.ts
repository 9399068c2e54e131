// What only reads and judges: the way in `@seawall/pki/read`, which loads nothing that issues or changes certificates.
export { readCertificateFile, readCertificates } from './certificates.ts';
export {
  type ChainAnswer,
  type ChainProblem,
  type ChainProblemKind,
  type ChainQuestion,
  coversHost,
  type Usage,
  verifyChain,
} from './chain.ts';
export {
  type CertificateDescription,
  describeCertificate,
  type KeyDescription,
  publicKeyFingerprint,
} from './describe.ts';
export { isEncryptedKey, isKeyOf, readPrivateKey, readPrivateKeyFile } from './private-key.ts';
export { findSharedAuthorities } from './shared-authority.ts';
