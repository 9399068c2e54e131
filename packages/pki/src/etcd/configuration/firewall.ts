import { stringify } from 'yaml';
import type { ClusterDescription } from '../cluster.ts';
import type { Member } from '../members.ts';
import { cidrOf, type Network, networkText, readNetwork, withoutCovered } from './network.ts';
import type { ConfigurationOptions } from './options.ts';

/** Who may reach a member's ports, by address; names can't be written into a packet filter. */
interface Reach {
  readonly clients: readonly Network[];
  readonly peers: readonly Network[];
  readonly withoutAddress: readonly string[];
}

function reachOf(description: ClusterDescription, options: ConfigurationOptions): Reach {
  const ipOf = (member: Member) => member.addresses.flatMap((address) => readNetwork(address) ?? []);
  const peers = withoutCovered(description.members.flatMap(ipOf));
  return {
    peers,
    clients: withoutCovered([...peers, ...options.clientAddresses]),
    withoutAddress: description.members.filter((member) => ipOf(member).length === 0).map(({ name }) => name),
  };
}

/** A table of its own for nftables: the two ports for those who need them, everything else as it is. */
export function nftablesRules(
  description: ClusterDescription,
  member: Member,
  options: ConfigurationOptions,
): string {
  const { clients, peers, withoutAddress } = reachOf(description, options);
  const accept = (port: number, networks: readonly Network[], family: 4 | 6): string[] => {
    const chosen = networks.filter((network) => network.family === family).map(networkText);
    if (chosen.length === 0) return [];
    return [`    tcp dport ${port} ${family === 4 ? 'ip' : 'ip6'} saddr { ${chosen.join(', ')} } accept`];
  };
  const { clientPort, peerPort } = member;
  return [
    `# nft -f this file on ${member.name}: who may reach etcd. Running it again replaces the table.`,
    ...withoutAddress.map(
      (name) => `# ${name} is known by names only: add its IP addresses below, or it is shut out.`,
    ),
    'table inet seawall_etcd',
    'delete table inet seawall_etcd',
    'table inet seawall_etcd {',
    '  chain input {',
    '    type filter hook input priority filter; policy accept;',
    `    iif "lo" tcp dport { ${clientPort}, ${peerPort} } accept`,
    ...accept(clientPort, clients, 4),
    ...accept(clientPort, clients, 6),
    ...accept(peerPort, peers, 4),
    ...accept(peerPort, peers, 6),
    `    tcp dport { ${clientPort}, ${peerPort} } counter drop`,
    '  }',
    '}',
    '',
  ].join('\n');
}

/** The same as a NetworkPolicy, for etcd in ordinary pods. */
export function networkPolicy(description: ClusterDescription, options: ConfigurationOptions): string {
  const { clients, peers, withoutAddress } = reachOf(description, options);
  const blocks = (networks: readonly Network[]) =>
    networks.map((network) => ({ ipBlock: { cidr: cidrOf(network) } }));
  const portsOf = (choose: (member: Member) => number) =>
    [...new Set(description.members.map(choose))].map((port) => ({ protocol: 'TCP', port }));
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'etcd-only-from-apiserver-and-peers', namespace: 'kube-system' },
    spec: {
      podSelector: { matchLabels: { component: 'etcd' } },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { component: 'kube-apiserver' } } }, ...blocks(clients)],
          ports: portsOf(({ clientPort }) => clientPort),
        },
        {
          from: [{ podSelector: { matchLabels: { component: 'etcd' } } }, ...blocks(peers)],
          ports: portsOf(({ peerPort }) => peerPort),
        },
      ],
    },
  };
  const comment = [
    '# For etcd in ordinary pods. Static pods of kubeadm use the network of the host, where no NetworkPolicy applies: use nftables there.',
    ...withoutAddress.map(
      (name) => `# ${name} is known by names only: add its IP addresses, or it is shut out.`,
    ),
  ];
  return `${comment.join('\n')}\n${stringify(policy)}`;
}
