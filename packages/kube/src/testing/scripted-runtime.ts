import { setTimeout as pause } from 'node:timers/promises';
import type { ContainerRecord } from '../containers/record.ts';
import { errors } from '../errors.ts';
import type { RuntimeAddress } from '../runtime/open.ts';
import { ALL_ACTIONS, type ContainerRuntime, type RuntimeEvent } from '../runtime/runtime.ts';

/** The id of a container, where a test has but one. */
export const FULL = 'abcdef012345'.padEnd(64, '0');

/** A runtime whose containers and mishaps a test decides. */
export function scriptedRuntime({ kind, socket }: RuntimeAddress) {
  const records = new Map<string, ContainerRecord>();
  const events: RuntimeEvent[] = [];
  let wake = (): void => undefined;
  const state = {
    isDown: false,
    hasEvents: true,
    isMute: false,
    slowness: 0,
    inspections: 0,
    connections: 0,
  };
  const check = (): void => {
    if (state.isDown) throw errors.create('RUNTIME_UNREACHABLE', { socket, reason: 'down' });
  };
  const refuse = async (): Promise<never> => {
    throw errors.create('RUNTIME_REFUSED', { socket });
  };
  const runtime: ContainerRuntime = {
    kind,
    socket,
    actions: ALL_ACTIONS,
    async version() {
      check();
      state.connections += 1;
      return { name: kind, version: '1' };
    },
    async list() {
      check();
      return [...records.keys()].map((id) => ({ id, state: 'running', isPodSandbox: false }));
    },
    find: async () => undefined,
    async inspect(id) {
      check();
      state.inspections += 1;
      if (state.slowness > 0) await pause(state.slowness);
      if (state.isMute) throw errors.create('RUNTIME_TIMEOUT', { socket });
      const record = [...records.values()].find(({ fullId }) => fullId.startsWith(id));
      if (record === undefined) throw errors.create('CONTAINER_NOT_FOUND', { socket });
      return record;
    },
    pause: refuse,
    unpause: refuse,
    stop: refuse,
    kill: refuse,
    async *events(signal) {
      if (!state.hasEvents) throw errors.create('RUNTIME_UNSUPPORTED', { socket });
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted && !state.isDown) {
        const event = events.shift();
        if (event !== undefined) yield event;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    close: () => undefined,
  };
  return {
    runtime,
    state,
    records,
    tell(event: RuntimeEvent) {
      events.push(event);
      wake();
    },
    restart() {
      state.isDown = true;
      wake();
    },
  };
}

/** What a runtime says of a container with that name. */
export function record(name: string, fullId = FULL): ContainerRecord {
  return {
    fullId,
    runtime: 'containerd',
    isPodSandbox: false,
    name,
    image: { name: 'i', repository: 'i', tag: '', digest: '', id: '' },
    isPrivileged: false,
    labels: new Map(),
    mounts: [],
    environment: [],
    user: '0',
    createdAt: 0n,
    ip: '',
    isHostPid: false,
    isHostNetwork: false,
    isHostIpc: false,
    pod: undefined,
  };
}

export type ScriptedRuntime = ReturnType<typeof scriptedRuntime>;
