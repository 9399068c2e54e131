import { stringify } from 'yaml';
import type { ClusterDescription } from '../cluster.ts';
import type { Member } from '../members.ts';
import { type ConfigurationOptions, type EtcdSetting, etcdSettings, placeOf } from './options.ts';

/** The flags, one a line. */
export function etcdFlags(
  description: ClusterDescription,
  member: Member,
  options: ConfigurationOptions,
): string[] {
  return etcdSettings(description, member, options).map(({ name, value }) => `--${name}=${value}`);
}

/**
 * The text of `--config-file` (etcd then ignores flags and environment). The JSON gateway, on by default among the flags, is off by default
 * in the file of etcd 3.4, hence its line.
 */
export function etcdConfigFile(
  description: ClusterDescription,
  member: Member,
  options: ConfigurationOptions,
): string {
  const settings = etcdSettings(description, member, options);
  const general = settings.filter(({ isSecurity }) => !isSecurity).map(({ name, value }) => [name, value]);
  const security = settings.filter(({ isSecurity }) => isSecurity);
  const isPeer = ({ name }: EtcdSetting) => name.startsWith('peer-');
  const section = (chosen: readonly EtcdSetting[]) =>
    Object.fromEntries(
      chosen.map(({ name, value }) => [name.replace(/^peer-/, ''), value === 'true' ? true : value]),
    );
  return stringify({
    ...Object.fromEntries(general),
    'enable-grpc-gateway': true,
    'client-transport-security': section(security.filter((setting) => !isPeer(setting))),
    'peer-transport-security': section(security.filter(isPeer)),
  });
}

/** A drop-in for a systemd unit that starts etcd without `--config-file`: every flag is an environment variable too. */
export function systemdDropIn(
  description: ClusterDescription,
  member: Member,
  options: ConfigurationOptions,
): string {
  const lines = etcdSettings(description, member, options).map(
    ({ name, value }) => `Environment="ETCD_${name.toUpperCase().replaceAll('-', '_')}=${quoted(value)}"`,
  );
  return [
    `# /etc/systemd/system/etcd.service.d/seawall-pki.conf on ${member.name}; then: systemctl daemon-reload`,
    '# An EnvironmentFile= of the unit (/etc/default/etcd) and flags win over these lines: remove their TLS settings.',
    '[Service]',
    ...lines,
    '',
  ].join('\n');
}

/** A text between the double quotes of a unit file. */
function quoted(text: string): string {
  return text.replace(/["\\]/g, '\\$&').replaceAll('%', '%%');
}

/**
 * A patch for kubeadm's static pod (`kubeadm init --patches DIRECTORY`, or by hand): JSON patch, because it can append to the command, and
 * the last of two equal flags counts. What kubeadm itself sets (probes, metrics) stays.
 */
export function staticPodPatch(
  description: ClusterDescription,
  member: Member,
  options: ConfigurationOptions,
): string {
  const append = (path: string, value: unknown) => ({ op: 'add', path, value });
  const flags = etcdSettings(description, member, options).filter(({ isSecurity }) => isSecurity);
  const patch = flags.map(({ name, value }) => append('/spec/containers/0/command/-', `--${name}=${value}`));
  const place = placeOf(member, options.filesAt);
  const kubeadmMount = '/etc/kubernetes/pki';
  if (place !== kubeadmMount || description.layout !== 'kubeadm') {
    const name = 'seawall-pki';
    const mount = { name, mountPath: place, readOnly: true };
    patch.push(append('/spec/containers/0/volumeMounts/-', mount));
    patch.push(append('/spec/volumes/-', { name, hostPath: { path: place, type: 'Directory' } }));
  }
  const comment = `# etcd0+json.yaml in the directory of "kubeadm init --patches" on ${member.name}\n`;
  return `${comment}${stringify(patch)}`;
}
