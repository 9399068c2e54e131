import { isIP } from 'node:net';
import type { ClusterDescription } from '../cluster.ts';
import { memberFiles } from '../layout.ts';
import { hostText, type Member, memberUrl } from '../members.ts';
import type { Network } from './network.ts';

/** What the generated texts are made for. */
export interface ConfigurationOptions {
  /** Where a member's folder lies on its machine; `{member}` stands for the member's name. */
  readonly filesAt: string;
  /** etcd's data; `{member}` stands for the member's name. */
  readonly dataDirectory: string;
  /** Who may reach the client port beside the members: API servers on other machines, backup hosts. */
  readonly clientAddresses: readonly Network[];
  /** True for members that join a cluster that runs already (`--initial-cluster-state=existing`). */
  readonly isExistingCluster: boolean;
}

/** One setting of etcd: the flag's name without dashes. */
export interface EtcdSetting {
  readonly name: string;
  readonly value: string;
  /** True for what the certificates are about; the rest is what any member needs. */
  readonly isSecurity: boolean;
}

/** Where files lie by default: kubeadm's own place, or ours. */
export function defaultFilesAt({ layout }: Pick<ClusterDescription, 'layout'>): string {
  return layout === 'kubeadm' ? '/etc/kubernetes/pki' : '/etc/etcd/pki';
}

/** Fills the member's name into a place. */
export function placeOf(member: Member, template: string): string {
  return template.replaceAll('{member}', member.name);
}

/** The file of a member on its machine. */
export function installedFile(
  { layout }: Pick<ClusterDescription, 'layout'>,
  member: Member,
  { filesAt }: Pick<ConfigurationOptions, 'filesAt'>,
  file: keyof (typeof memberFiles)['seawall'],
  suffix = '',
): string {
  return `${placeOf(member, filesAt)}/${memberFiles[layout][file]}${suffix}`;
}

/**
 * Every setting of a member, in the names that etcd's flags have (etcd 3.4 and later; the gateway's pair needs 3.5). The config file and the
 * environment are the same settings written otherwise.
 */
export function etcdSettings(
  description: ClusterDescription,
  member: Member,
  options: ConfigurationOptions,
): EtcdSetting[] {
  const file = (name: keyof (typeof memberFiles)['seawall'], suffix?: string) =>
    installedFile(description, member, options, name, suffix);
  const general = (name: string, value: string): EtcdSetting => ({ name, value, isSecurity: false });
  const security = (name: string, value: string): EtcdSetting => ({ name, value, isSecurity: true });
  const peers = description.members.map((each) => `${each.name}=${memberUrl(each, each.peerPort)}`);
  return [
    general('name', member.name),
    general('data-dir', placeOf(member, options.dataDirectory)),
    general('listen-client-urls', listenUrls(member, member.clientPort, true).join(',')),
    general('advertise-client-urls', memberUrl(member, member.clientPort)),
    general('listen-peer-urls', listenUrls(member, member.peerPort, false).join(',')),
    general('initial-advertise-peer-urls', memberUrl(member, member.peerPort)),
    general('initial-cluster', peers.join(',')),
    general('initial-cluster-token', description.clusterName),
    general('initial-cluster-state', options.isExistingCluster ? 'existing' : 'new'),
    security('cert-file', file('server', '.crt')),
    security('key-file', file('server', '.key')),
    ...(description.hasGatewayClient
      ? [
          security('client-cert-file', file('gateway', '.crt')),
          security('client-key-file', file('gateway', '.key')),
        ]
      : []),
    security('client-cert-auth', 'true'),
    security('trusted-ca-file', file('clients')),
    security('peer-cert-file', file('peer', '.crt')),
    security('peer-key-file', file('peer', '.key')),
    security('peer-client-cert-auth', 'true'),
    security('peer-trusted-ca-file', file('peers')),
  ];
}

/**
 * etcd binds to addresses, never to names, and ends when one is not the machine's own: so to the first address alone (others may be a
 * translated or a virtual one), and for clients to loopback, as kubeadm does. A member known by names alone listens everywhere.
 */
function listenUrls(member: Member, port: number, isLoopbackWanted: boolean): string[] {
  const first = member.addresses.find((address) => isIP(address));
  if (first === undefined) return [`https://0.0.0.0:${port}`];
  const addresses = isLoopbackWanted ? [...new Set([first, '127.0.0.1'])] : [first];
  return addresses.map((address) => `https://${hostText(address)}:${port}`);
}
