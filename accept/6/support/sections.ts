/**
 * What a recording's timeline calls the sections of the articles, and the tag that the library's rules for each carry.
 * A step is answered by any rule of its section.
 */
export const tagsOfSections: Readonly<Record<string, readonly string[]>> = {
  PROC: ['allowed-processes'],
  IMG: ['trusted-images'],
  SECRET: ['secrets'],
  KUBELET: ['kubelet'],
  USER: ['users'],
  WRITE: ['allowed-writes'],
  LISTEN: ['listening-ports'],
  OUT: ['outbound-connections'],
  NODEPORT: ['nodeport'],
  BINDIR: ['binary-directories'],
  SETNS: ['namespaces'],
  MOUNT: ['sensitive-mounts'],
  PRIV: ['privileged-containers'],
  SYSNET: ['system-programs'],
  AUDIT_NODEPORT: ['audit-nodeport'],
  AUDIT_PRIV: ['audit-privileged'],
  AUDIT_MOUNT: ['audit-mounts'],
  AUDIT_HOSTNS: ['audit-host-namespaces'],
  AUDIT_EXEC: ['audit-exec'],
};
