import { defineErrors } from '@seawall/base';

/** Everything that can go wrong in this package, by code. */
export const errors = defineErrors('probe', {
  NOT_SUPPORTED: 'this machine can not be watched live: {reason}',
  CACHE_UNWRITABLE:
    'what the probe is compiled to can not be kept below {path}: {reason}; name a folder that can be written by XDG_CACHE_HOME',
  BUILD_FAILED: 'building the probe failed: {command}\n{output}',
  LOAD_FAILED: 'the kernel did not take the probe: {reason}',
  ATTACH_FAILED: 'the probe could not be attached to {place}: {reason}',
  CLOSED: 'the probe is closed',
  CAN_NOT_ENFORCE: 'this policy can not be enforced on this machine: {reasons}',
  NO_CGROUP: 'there is no cgroup {cgroup} below {root}',
  NO_FILE: 'the file {path} can not be listed: {reason}',
  ROOT_UNKNOWN:
    'where the files of the container in {cgroup} begin is not known: {reason}; start it anew, so that its guard is there first',
  PERMISSION_FAILED: 'opens can not be denied here: {reason}',
  RING_BROKEN: 'the ring of events is damaged at byte {position}: length {length}',
});
