import { defineErrors } from '@seawall/base';

/** Everything that this package refuses on purpose: the code, and a message that says what happened and what to do. */
export const errors = defineErrors('pki', {
  PEM_TRUNCATED:
    '{source}: the {label} block that begins on line {line} has no end: the file is cut off or half-written; restore it from where it was made',
  PEM_BAD_BASE64:
    '{source}: the {label} block that begins on line {line} is not base64: the file is damaged; restore it from where it was made',
  NO_CERTIFICATE: '{source}: no certificate in it: give a PEM file with a CERTIFICATE block, or a DER file',
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
});
