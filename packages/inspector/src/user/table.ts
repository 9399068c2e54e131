import type { GroupEntry, UserEntry } from '@seawall/events';

/** Users and groups, by container (`''` is the host): an id means different users in different containers. */
export interface UserTable {
  user(containerId: string, uid: number): UserEntry | undefined;
  group(containerId: string, gid: number): GroupEntry | undefined;
  /** Adds a user or brings an existing one up to date (its group id stays as first told). */
  addUser(containerId: string, user: UserEntry): void;
  addGroup(containerId: string, group: GroupEntry): void;
  removeUser(containerId: string, uid: number): void;
  removeGroup(containerId: string, gid: number): void;
  /** Makes sure that the superuser of the host has a name, as soon as a thread of his is seen. */
  assumeRoot(containerId: string, uid: number, gid: number): void;
  assumeRootGroup(containerId: string, gid: number): void;
  removeContainer(containerId: string): void;
}

/** What libsinsp shows where a user's entry has no such text. */
const NOT_AVAILABLE = '<NA>';

/** Containers whose names are kept; those told first go first. Names in each; further ones are not taken in. */
const MAXIMUM_CONTAINERS = 4096;
const MAXIMUM_NAMES = 65_536;

interface Names {
  readonly users: Map<number, UserEntry>;
  readonly groups: Map<number, GroupEntry>;
}

/** @param onChange told the container whose users or groups changed. */
export function createUserTable(onChange: (containerId: string) => void): UserTable {
  const containers = new Map<string, Names>();

  function namesOf(containerId: string): Names {
    let names = containers.get(containerId);
    if (names === undefined) {
      if (containers.size >= MAXIMUM_CONTAINERS) forgetOldest(containers);
      names = { users: new Map(), groups: new Map() };
      containers.set(containerId, names);
    }
    return names;
  }

  function addUser(containerId: string, user: UserEntry): void {
    if (isNameServiceEntry(user.name)) return;
    const { users } = namesOf(containerId);
    const known = users.get(user.uid);
    if (known === undefined && users.size >= MAXIMUM_NAMES) return;
    users.set(user.uid, known === undefined ? user : { ...user, gid: known.gid });
    onChange(containerId);
  }

  function addGroup(containerId: string, group: GroupEntry): void {
    if (isNameServiceEntry(group.name)) return;
    const { groups } = namesOf(containerId);
    if (groups.size >= MAXIMUM_NAMES && !groups.has(group.gid)) return;
    groups.set(group.gid, group);
    onChange(containerId);
  }

  return {
    user: (containerId, uid) => containers.get(containerId)?.users.get(uid),
    group: (containerId, gid) => containers.get(containerId)?.groups.get(gid),
    addUser,
    addGroup,
    removeUser(containerId, uid) {
      if (containers.get(containerId)?.users.delete(uid)) onChange(containerId);
    },
    removeGroup(containerId, gid) {
      if (containers.get(containerId)?.groups.delete(gid)) onChange(containerId);
    },
    assumeRoot(containerId, uid, gid) {
      if (uid !== 0 || containerId !== '' || containers.get('')?.users.has(0)) return;
      addUser('', { uid, gid, name: 'root', homeDirectory: '/root', shell: NOT_AVAILABLE });
    },
    assumeRootGroup(containerId, gid) {
      if (gid !== 0 || containerId !== '' || containers.get('')?.groups.has(0)) return;
      addGroup('', { gid, name: 'root' });
    },
    removeContainer(containerId) {
      if (containers.delete(containerId)) onChange(containerId);
    },
  };
}

/** Forgets a container's names; the host's stay. */
function forgetOldest(containers: Map<string, Names>): void {
  for (const containerId of containers.keys()) {
    if (containerId === '') continue;
    containers.delete(containerId);
    return;
  }
}

/** Lines of passwd and group files that only refer to a name service. */
function isNameServiceEntry(name: string): boolean {
  return name.startsWith('+') || name.startsWith('-');
}
