import type { ClusterDescription } from '../cluster.ts';
import { type Member, memberUrl } from '../members.ts';
import { type ConfigurationOptions, installedFile } from './options.ts';

/**
 * kube-apiserver's flags on a member's machine. `--etcd-cafile` belongs to them: without it the API server does not verify whom it talks to.
 */
export function apiserverFlags(
  description: ClusterDescription,
  member: Member,
  options: ConfigurationOptions,
): string[] {
  const servers = description.members.map((each) => memberUrl(each, each.clientPort));
  return [
    `--etcd-servers=${servers.join(',')}`,
    `--etcd-cafile=${installedFile(description, member, options, 'clients')}`,
    `--etcd-certfile=${installedFile(description, member, options, 'apiserver', '.crt')}`,
    `--etcd-keyfile=${installedFile(description, member, options, 'apiserver', '.key')}`,
  ];
}
