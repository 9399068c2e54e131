import type { MachineInfo } from '@seawall/events';
import type { ContainerTable } from './container/table.ts';
import type { Tables } from './context.ts';
import { areEqual } from './descriptor/address.ts';
import type { Interfaces } from './descriptor/interfaces.ts';
import { leaderOf } from './process/group.ts';
import type { ProcessTable } from './process/table.ts';
import type { UserTable } from './user/table.ts';

export interface TableSources {
  readonly processes: ProcessTable;
  readonly users: UserTable;
  readonly containers: ContainerTable;
  readonly interfaces: Interfaces;
}

/** The tables as their owner has them, who learns of the machine when a capture tells of it. */
export type OwnTables = Tables & { machine: MachineInfo | undefined };

/** The view of the tables that fields read. It has no getters: V8 keeps objects that have them as dictionaries. */
export function createTables({ processes, users, containers, interfaces }: TableSources): OwnTables {
  return {
    process: (tid) => processes.find(tid),
    parent: ({ parentTid }) => processes.find(parentTid),
    leader: leaderOf,
    childCount: ({ bookkeeping }) => bookkeeping.children?.size ?? 0,
    threadCount: ({ bookkeeping }) => bookkeeping.group?.aliveCount ?? 0,
    userName: ({ containerId }, uid) => users.user(containerId, uid)?.name,
    userHomeDirectory: ({ containerId }, uid) => users.user(containerId, uid)?.homeDirectory,
    userShell: ({ containerId }, uid) => users.user(containerId, uid)?.shell,
    groupName: ({ containerId }, gid) => users.group(containerId, gid)?.name,
    container: (id) => containers.get(id),
    machine: undefined,
    isLocalAddress({ containerId, container }, address) {
      if (address.length !== 4) {
        // Nobody tells the IPv6 addresses of containers; of the machine's, the first 64 bits name the network.
        const isLocal = ({ family, address: own }: { family: string; address: Uint8Array }) =>
          family === 'ipv6' && areEqual(own, 0, address, 0, 8);
        return containerId === '' && address.length === 16 && interfaces.all().some(isLocal);
      }
      const text = address.join('.');
      if (containerId !== '') {
        const ip = container?.ip ?? '';
        if (ip === '') return containers.hasIp(text);
        if (ip === text) return true;
      }
      return interfaces
        .all()
        .some(({ family, address: own }) => family === 'ipv4' && areEqual(own, 0, address, 0, 4));
    },
    interfaceNameOf: (address) => interfaces.nameOf(address),
  };
}
