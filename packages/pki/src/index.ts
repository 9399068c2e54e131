export { readCertificateFile, readCertificates } from './read/certificates.ts';
export {
  type ChainAnswer,
  type ChainProblem,
  type ChainProblemKind,
  type ChainQuestion,
  coversHost,
  type Usage,
  verifyChain,
} from './read/chain.ts';
export {
  type CertificateDescription,
  describeCertificate,
  type KeyDescription,
  publicKeyFingerprint,
} from './read/describe.ts';
export { isEncryptedKey, isKeyOf, readPrivateKey, readPrivateKeyFile } from './read/private-key.ts';
export { findSharedAuthorities } from './read/shared-authority.ts';
