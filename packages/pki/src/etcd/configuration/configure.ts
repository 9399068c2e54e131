import { join } from 'node:path';
import { applyChanges, type FileChange, publicMode } from '../../files/change.ts';
import { whileLocked } from '../../files/lock.ts';
import type { ClusterDescription } from '../cluster.ts';
import type { Member } from '../members.ts';
import { apiserverFlags } from './apiserver.ts';
import { etcdConfigFile, etcdFlags, staticPodPatch, systemdDropIn } from './etcd.ts';
import { networkPolicy, nftablesRules } from './firewall.ts';
import type { ConfigurationOptions } from './options.ts';

/** A kind of text that says what to set, and the file that it is written to. */
export interface ConfigurationFormat {
  readonly name: string;
  readonly file: string;
  readonly about: string;
  readonly write: (description: ClusterDescription, member: Member, options: ConfigurationOptions) => string;
}

const lines = (flags: readonly string[]): string => `${flags.join('\n')}\n`;

/** Every format; the command's list of choices and the files of `--write` come from here. */
export const configurationFormats: readonly ConfigurationFormat[] = [
  {
    name: 'flags',
    file: 'etcd.flags',
    about: 'flags for etcd',
    write: (...order) => lines(etcdFlags(...order)),
  },
  { name: 'yaml', file: 'etcd.conf.yaml', about: 'configuration file for etcd', write: etcdConfigFile },
  {
    name: 'apiserver',
    file: 'kube-apiserver.flags',
    about: 'flags for kube-apiserver',
    write: (...order) => lines(apiserverFlags(...order)),
  },
  {
    name: 'static-pod',
    file: 'etcd0+json.yaml',
    about: "patch for kubeadm's static pod of etcd",
    write: staticPodPatch,
  },
  { name: 'systemd', file: 'seawall-pki.conf', about: 'drop-in for a systemd unit', write: systemdDropIn },
  { name: 'nftables', file: 'seawall-etcd.nft', about: 'firewall of the machine', write: nftablesRules },
  {
    name: 'network-policy',
    file: 'network-policy.yaml',
    about: 'NetworkPolicy for etcd in pods',
    write: (description, _member, options) => networkPolicy(description, options),
  },
];

/**
 * Writes every format for every member, or those chosen, `DIRECTORY/<member>/<file>`; never over an existing file.
 * @returns the paths written.
 * @throws pki/FILES_EXIST, pki/FILE_UNWRITABLE
 */
export function writeConfiguration(
  directory: string,
  description: ClusterDescription,
  options: ConfigurationOptions,
  members: readonly Member[] = description.members,
  formats: readonly ConfigurationFormat[] = configurationFormats,
): Promise<string[]> {
  const changes = members.flatMap((member) =>
    formats.map(
      (format): FileChange => ({
        path: join(member.name, format.file),
        contents: format.write(description, member, options),
        mode: publicMode,
        mayReplace: false,
      }),
    ),
  );
  return whileLocked(directory, async () => {
    applyChanges(directory, changes);
    return changes.map(({ path }) => join(directory, path));
  });
}
