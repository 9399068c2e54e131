import { defineErrors } from '@seawall/base';

/** Everything that this package refuses on purpose: the code, and a message that says what happened and what to do. */
export const errors = defineErrors('pki', {
  PEM_TRUNCATED:
    '{source}: the {label} block that begins on line {line} has no end: the file is cut off or half-written; restore it from where it was made',
  PEM_BAD_BASE64:
    '{source}: the {label} block that begins on line {line} is not base64: the file is damaged; restore it from where it was made',
  NO_CERTIFICATE: '{source}: no certificate in it: give a PEM file with a CERTIFICATE block, or a DER file',
  NO_CERTIFICATES_UNDER:
    '{paths}: no certificate there, in no file that ends in .crt, .cer or .pem: name the folders and files that hold certificates',
  BAD_CERTIFICATE:
    '{source}: certificate {position} cannot be read ({reason}): the file is damaged or is something else',
  NO_PRIVATE_KEY: '{source}: no private key in it: give a PEM file with a PRIVATE KEY block',
  BAD_PRIVATE_KEY:
    '{source}: the private key cannot be read ({reason}): restore the file from where it was made',
  PASSPHRASE_NEEDED:
    '{source}: the key is encrypted: give its passphrase with --passphrase-file or SEAWALL_PKI_PASSPHRASE',
  PASSPHRASE_WRONG: '{source}: the passphrase does not open this key; nothing was changed',
  FILE_MISSING: '{path}: no such file',
  FILE_UNREADABLE: '{path}: cannot be read ({reason})',
  FILE_UNWRITABLE: '{path}: cannot be written ({reason}); nothing was changed',
  FILES_EXIST:
    '{root}: already there and never overwritten: {paths}; choose another --directory, or move them away yourself',
  CHANGE_INTERRUPTED:
    '{root}: a change was interrupted while its files were put into place ({reason}); run any pki command that writes here again, it finishes what was begun',
  LOCKED:
    '{root}: process {holder} is changing files here: wait for it, or remove {path} if it is no Seawall',
  UNSUPPORTED_KEY: 'a key of kind {kind} cannot sign here: use ECDSA (P-256, P-384, P-521) or RSA',
  KEY_MISMATCH:
    'the key does not belong to the certificate of {subject}: restore the pair from where it was made',
  NOT_AN_AUTHORITY: '{subject} is no certificate authority: it lacks the CA flag or the keyCertSign usage',
  AUTHORITY_EXPIRED:
    'the authority {subject} expired on {notAfter}: it can sign nothing more; make a new one',
  CLOCK_BEFORE_AUTHORITY:
    "this machine's clock says {now}, but the authority {subject} is valid only from {notBefore}: set the clock, nothing was changed",
  BAD_MEMBER:
    'member {text}: {reason}; write name=address[,address...][:CLIENTPORT/PEERPORT], or a YAML file with members: [{ name, addresses }]',
  NO_SUCH_MEMBER: 'there is no member {name}; there are {names}',
  NOT_INITIALISED: '{directory}: no pki.json here: run "seawall pki etcd init" first, or give --directory',
  BAD_DESCRIPTION: '{path}: cannot be understood ({reason}): restore it from a backup; nothing was changed',
  CLOCK_SET_BACK:
    "this machine's clock says {now}, before these certificates were first made ({createdAt}): set the clock, nothing was changed",
  AUTHORITIES_SHARED:
    'peers and clients would have the same authority ({subjects}): a client could then act as a peer; give two',
  AUTHORITY_DIRECTORY_NEEDED: "the authorities' keys are kept apart: say where with --authority-directory",
  AUTHORITY_CERTIFICATES_NEEDED:
    'with an external signer, give the certificates of both authorities: --peer-authority and --client-authority',
  EXTERNAL_SIGNER:
    'the authorities of this cluster are external: "renew" writes requests, "import" takes the signed certificates; this command would need their keys',
  NO_SUCH_LEAF: 'there is no certificate {id}; "seawall pki etcd list" shows them all',
  NAME_TAKEN: '{name} is there already: never overwritten; choose another name',
  BAD_NAME:
    '{name} is no name for files: use letters, digits, dots and dashes, beginning with a letter or digit',
  BAD_HOST_NAME: '{name} is no IP address and no DNS name: give names that a certificate can carry',
  ROTATION_IN_PROGRESS:
    'a rotation of the authorities is under way: finish it ("rotate-ca step") or take it back ("rotate-ca rollback") first',
  NO_ROTATION: 'no rotation is under way: begin one with "seawall pki etcd rotate-ca plan"',
  ROTATION_NOT_READY: 'the next step has to wait: {reasons}. To do: {toDo}',
  ROTATION_INCOMPLETE:
    'these new certificates have not come back from the external signer yet: {ids}; sign requests/ and "import" them',
  CONFIRMATION_NEEDED: '{step}: {toDo}',
  DEPLOY_FAILED:
    '{unit}: the command of --deploy failed ({reason}): {command}; the step itself is done, run "rotate-ca step" again',
  REQUEST_UNKNOWN: '{source}: the certificate of {subject} belongs to no waiting request of this cluster',
  IMPORT_REFUSED: '{source}: not what was asked for: {reasons}; nothing was changed',
  LISTEN_FAILED: 'cannot listen at {address} ({reason}): choose another address for --metrics',
  BAD_REQUEST: '{source}: not a certificate request that can be signed ({reason})',
});
