import type { Clock } from '@seawall/base';
import { type EtcdQuorum, watchEtcdQuorum } from '@seawall/policies';
import type { AgentConfiguration } from '../configuration/configuration.ts';

/** Asks etcd, as the configuration has it, whether it can spare a member; undefined where it has none. */
export function watchQuorum(etcd: AgentConfiguration['etcd'], clock: Clock): EtcdQuorum | undefined {
  if (etcd === undefined) return undefined;
  return watchEtcdQuorum({
    endpoints: etcd.endpoints,
    authorityFile: etcd.authorities,
    certificateFile: etcd.certificate,
    keyFile: etcd.key,
    memberList: etcd.members,
    clock,
  });
}
