import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { parse } from 'yaml';
import { testDescription } from '../../testing/etcd-members.ts';
import { scratchFolder } from '../../testing/scratch.ts';
import type { ClusterDescription } from '../cluster.ts';
import { parseMember } from '../members.ts';
import { apiserverFlags } from './apiserver.ts';
import { configurationFormats, writeConfiguration } from './configure.ts';
import { etcdConfigFile, etcdFlags, staticPodPatch, systemdDropIn } from './etcd.ts';
import { networkPolicy, nftablesRules } from './firewall.ts';
import { readNetwork } from './network.ts';
import { type ConfigurationOptions, defaultFilesAt } from './options.ts';

const members = ['etcd-a=10.0.0.1,192.0.2.1', 'etcd-b=[2001:db8::2]', 'etcd-c=c.example.com'].map(
  parseMember,
);
const description: ClusterDescription = {
  ...testDescription(members),
  version: 1,
  clients: [],
  createdAt: 0,
};
const options: ConfigurationOptions = {
  filesAt: '/etc/etcd/pki',
  dataDirectory: '/var/lib/etcd',
  clientAddresses: [readNetwork('10.0.0.100')!],
  isExistingCluster: false,
};
const [a, b, c] = description.members;

test('flags, file and environment say the same', () => {
  const flags = new Map(
    etcdFlags(description, a!, options).map(
      (flag) =>
        flag
          .slice(2)
          .split('=', 1)
          .concat(flag.slice(flag.indexOf('=') + 1)) as [string, string],
    ),
  );
  const file = parse(etcdConfigFile(description, a!, options)) as Record<
    string,
    string | boolean | Record<string, unknown>
  >;
  const flat = new Map<string, string>();
  for (const [name, value] of Object.entries(file)) {
    if (typeof value !== 'object') flat.set(name, String(value));
  }
  for (const [name, value] of Object.entries(file['client-transport-security']!))
    flat.set(name, String(value));
  for (const [name, value] of Object.entries(file['peer-transport-security']!))
    flat.set(`peer-${name}`, String(value));
  flat.delete('enable-grpc-gateway');
  assert.deepEqual(flat, flags);
  const environment = new Map(
    [...systemdDropIn(description, a!, options).matchAll(/^Environment="ETCD_(\w+)=(.*)"$/gm)].map(
      ([, name, value]) => [name!.toLowerCase().replaceAll('_', '-'), value!] as const,
    ),
  );
  assert.deepEqual(environment, flags);
});

test('a quote in a path ends no text of the unit', () => {
  const dataDirectory = '/var/lib/my "100%" \\etcd';
  const unit = systemdDropIn(description, a!, { ...options, dataDirectory });
  assert.ok(unit.includes('\nEnvironment="ETCD_DATA_DIR=/var/lib/my \\"100%%\\" \\\\etcd"\n'), unit);
});

test('both ports ask for certificates, of different authorities', () => {
  const flags = etcdFlags(description, a!, options);
  for (const flag of ['--client-cert-auth=true', '--peer-client-cert-auth=true'])
    assert.ok(flags.includes(flag), flag);
  const trusted = flags.filter((flag) => flag.includes('trusted-ca-file')).map((flag) => flag.split('=')[1]);
  assert.equal(new Set(trusted).size, 2);
  assert.ok(!flags.some((flag) => flag.includes('http://')));
});

test("the gateway's own pair is set only where it was made: etcd 3.4 does not know the flag", () => {
  const has = (hasGatewayClient: boolean) =>
    etcdFlags({ ...description, hasGatewayClient }, a!, options).some((flag) =>
      flag.startsWith('--client-cert-file='),
    );
  assert.deepEqual([has(false), has(true)], [false, true]);
});

test('etcd listens on its first address and loopback, a member of names alone everywhere', () => {
  const listen = (member: typeof a) =>
    etcdFlags(description, member!, options)
      .find((flag) => flag.startsWith('--listen-client-urls='))!
      .split('=')[1];
  assert.equal(listen(a), 'https://10.0.0.1:2379,https://127.0.0.1:2379');
  assert.equal(listen(b), 'https://[2001:db8::2]:2379,https://127.0.0.1:2379');
  assert.equal(listen(c), 'https://0.0.0.0:2379');
});

test('kube-apiserver verifies etcd: the CA file is among its flags', () => {
  assert.deepEqual(
    apiserverFlags(description, a!, options).map((flag) => flag.split('=')[0]),
    ['--etcd-servers', '--etcd-cafile', '--etcd-certfile', '--etcd-keyfile'],
  );
  const kubeadm = { ...description, layout: 'kubeadm' as const };
  assert.ok(
    apiserverFlags(kubeadm, a!, { ...options, filesAt: defaultFilesAt(kubeadm) }).includes(
      '--etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt',
    ),
  );
});

test("the static pod's patch only appends, and mounts what kubeadm does not", () => {
  const patch = (layout: 'seawall' | 'kubeadm') => {
    const shape = { ...description, layout };
    return parse(staticPodPatch(shape, a!, { ...options, filesAt: defaultFilesAt(shape) })) as {
      op: string;
      path: string;
    }[];
  };
  assert.ok(
    patch('kubeadm').every(({ op, path }) => op === 'add' && path === '/spec/containers/0/command/-'),
  );
  assert.deepEqual(
    patch('seawall')
      .slice(-2)
      .map(({ path }) => path),
    ['/spec/containers/0/volumeMounts/-', '/spec/volumes/-'],
  );
});

test('the packet filter lets members to both ports, clients to one, names to none', () => {
  const rules = nftablesRules(description, a!, options);
  assert.match(rules, /tcp dport 2379 ip saddr \{ 10\.0\.0\.1, 192\.0\.2\.1, 10\.0\.0\.100 \} accept/);
  assert.match(rules, /tcp dport 2380 ip saddr \{ 10\.0\.0\.1, 192\.0\.2\.1 \} accept/);
  assert.match(rules, /tcp dport 2380 ip6 saddr \{ 2001:db8::2 \} accept/);
  assert.match(rules, /# etcd-c is known by names only/);
  assert.match(rules, /counter drop\n {2}\}\n\}\n$/);
  const policy = parse(networkPolicy(description, options)) as {
    spec: { ingress: { from: object[]; ports: object[] }[] };
  };
  assert.deepEqual(policy.spec.ingress[1]!.from.slice(1), [
    { ipBlock: { cidr: '10.0.0.1/32' } },
    { ipBlock: { cidr: '192.0.2.1/32' } },
    { ipBlock: { cidr: '2001:db8::2/128' } },
  ]);
});

test('networks are let in as they are, and what lies in one is not named beside it', () => {
  const clientAddresses = ['10.0.0.0/24', '10.0.0.7', '2001:DB8:0::/48', '192.0.2.9/32'].map(
    (text) => readNetwork(text)!,
  );
  const rules = nftablesRules(description, a!, { ...options, clientAddresses });
  assert.match(rules, /tcp dport 2379 ip saddr \{ 192\.0\.2\.1, 10\.0\.0\.0\/24, 192\.0\.2\.9 \} accept/);
  assert.match(rules, /tcp dport 2379 ip6 saddr \{ 2001:db8::\/48 \} accept/);
  assert.match(rules, /tcp dport 2380 ip saddr \{ 10\.0\.0\.1, 192\.0\.2\.1 \} accept/);
  assert.match(
    networkPolicy(description, { ...options, clientAddresses }),
    /cidr: 10\.0\.0\.0\/24\n.*cidr: 2001:db8::\/48\n.*cidr: 192\.0\.2\.9\/32\n/s,
  );
});

test('nothing but an address or a network gets into a packet filter', () => {
  for (const text of [
    'foo; drop',
    '10.0.0.300',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    '2001:db8::/129',
    'fe80::1%eth0',
    'fe80::1%eth0/64',
    'api.example.com',
    '10.0.0.1\n',
    ' 10.0.0.1',
    '',
  ]) {
    assert.equal(readNetwork(text), undefined, text);
  }
});

test('every format is written for every member, and never over what is there', async (context) => {
  const directory = scratchFolder(context);
  const paths = await writeConfiguration(directory, description, options);
  assert.equal(paths.length, members.length * configurationFormats.length);
  assert.deepEqual(readdirSync(directory).sort(), ['etcd-a', 'etcd-b', 'etcd-c']);
  await assert.rejects(writeConfiguration(directory, description, options), (error) =>
    isSeawallError(error, 'pki/FILES_EXIST'),
  );
});
