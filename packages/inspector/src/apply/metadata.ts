import {
  DESCRIPTOR_TOLD,
  type EventView,
  hasValue,
  readByteString,
  readString,
  readUint32,
} from '@seawall/events';
import { type ContainerInfo, createContainerInfo } from '../container/container.ts';
import { containerTypeName, parseContainerJson } from '../container/json.ts';
import {
  CONTAINER_ADDED,
  CONTAINER_MISSING,
  CONTAINER_REMOVED,
  CONTAINERS_LOOKED_UP,
} from '../container/watcher.ts';
import { NOT_AVAILABLE } from './parameters.ts';
import type { Handlers, State } from './state.ts';
import { applyToldDescriptor } from './told-descriptor.ts';

/* Events that carry metadata: containers, users and groups, as a capture holds them; and what the probe tells besides. */

export const metadataHandlers: Handlers = {
  CONTAINER_E(state, view) {
    announce(state, {
      ...createContainerInfo(readString(view, 0), containerTypeName(readUint32(view, 1))),
      name: readString(view, 2),
      image: readString(view, 3),
    });
  },
  CONTAINER_JSON_E: (state, view) => announce(state, parseContainerJson(readString(view, 0))),
  CONTAINER_JSON_2_E(state, view) {
    if (hasValue(view, 0)) announce(state, parseContainerJson(readString(view, 0)));
  },
  ASYNCEVENT_E(state, view) {
    const name = readString(view, 1);
    state.isForTablesAlone = name === DESCRIPTOR_TOLD;
    if (state.isForTablesAlone) applyToldDescriptor(state, view);
    if (name === CONTAINERS_LOOKED_UP) {
      state.containers.noteLookUps();
      state.containerWatcher?.onLookedUp();
    }
    if (name !== CONTAINER_ADDED && name !== CONTAINER_REMOVED && name !== CONTAINER_MISSING) return;
    const data = readByteString(view, 2);
    const end = data.indexOf('\0');
    const container = parseContainerJson(end < 0 ? data : data.slice(0, end));
    if (name === CONTAINER_ADDED) announce(state, container);
    else if (container === undefined) return;
    else if (name === CONTAINER_MISSING) {
      state.containers.noteMissing(container.id);
      state.containerWatcher?.onMissing(container.id);
    } else {
      state.containers.remove(container.id);
      state.announced = container;
    }
  },
  USER_ADDED_E(state, view) {
    state.users.addUser(readString(view, 5), {
      uid: readUint32(view, 0),
      gid: readUint32(view, 1),
      name: textAt(view, 2),
      homeDirectory: textAt(view, 3),
      shell: textAt(view, 4),
    });
  },
  USER_DELETED_E: (state, view) => state.users.removeUser(readString(view, 5), readUint32(view, 0)),
  GROUP_ADDED_E(state, view) {
    state.users.addGroup(readString(view, 2), { gid: readUint32(view, 0), name: textAt(view, 1) });
  },
  GROUP_DELETED_E: (state, view) => state.users.removeGroup(readString(view, 2), readUint32(view, 0)),
};

function textAt(view: EventView, index: number): string {
  return hasValue(view, index) ? readString(view, index) : NOT_AVAILABLE;
}

function announce(state: State, container: ContainerInfo | undefined): void {
  if (container === undefined) {
    state.unreadableContainers += 1;
    return;
  }
  state.containers.add(container);
  state.announced = state.containers.get(container.id);
}
