import { defineErrors } from '@seawall/base';

/** Every error that this package raises on purpose. What a file or a node lacks is an answer (UNKNOWN), not an error. */
export const errors = defineErrors('posture', {
  NO_SUCH_FOLDER:
    '{path} is not a folder that can be read ({reason}): name one with --config-root, or leave it out to check this node',
  NO_SUCH_CHECK: 'no check is called {id}: "seawall posture checks" lists their ids and CIS numbers',
  NO_SUCH_COMPONENT: 'no component is called {name}: choose from {known}',
  COMPONENT_NOT_FOUND:
    '{names}: asked for, but not found {place}: check what is there by leaving the name out, or name another folder with --config-root',
  NO_SUCH_BENCHMARK: 'no CIS benchmark {name} is known: choose from {known}',
  BAD_SITE_FILE: '{path} is not a site file: {reason}',
  BAD_BASELINE: '{path} is not a report of "seawall posture check --output json": {reason}',
  BAD_TARGET: '{text} is not a probe target: write {kind}=HOST:PORT',
  CERTIFICATE_WITHOUT_KEY: '{path} was given alone: a certificate and its key are needed together',
  CERTIFICATE_UNUSABLE:
    '{certificate} and {key} cannot be shown to a server ({reason}): give a certificate and the key that belongs to it, both as PEM and without a passphrase',
  NO_CONFIGZ:
    'the kubelet at {target} did not tell its configuration ({reason}): give --certificate and --key of a client that may read nodes/proxy',
  OUTPUT_NOT_EMPTY: '{path} already holds files: name a new or empty folder, nothing is overwritten',
  FILE_UNREADABLE: 'cannot read {path}: {reason}',
  CANNOT_WRITE: 'cannot write {path}: {reason}',
});
