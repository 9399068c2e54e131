import { createImageTest } from '../scope/image.ts';
import { createPatterns } from '../scope/pattern.ts';
import type { ActionTarget, OffenceFacts } from './decision.ts';
import type { NeverTouch, OwnIdentity } from './guards.ts';

/** What keeps a node running, and containers manageable: killed, it would take more with it than any finding is worth. */
export const defaultNeverTouch: NeverTouch = {
  programs: [
    '/usr/lib/systemd/*',
    '/lib/systemd/*',
    ...[
      'kubelet',
      'containerd',
      'containerd-shim*',
      'dockerd',
      'docker-proxy',
      'crio',
      'conmon',
      'podman',
    ].flatMap((name) => [`/usr/*/${name}`, `/opt/*/${name}`]),
  ],
  containers: [],
  images: [],
  namespaces: [],
};

/** Says why a target is never acted on, in a sentence; undefined where it may be. */
export type NeverTouchTest = (target: ActionTarget, facts: OffenceFacts) => string | undefined;

export function createNeverTouchTest(own: OwnIdentity, list: NeverTouch): NeverTouchTest {
  const isProgram = createPatterns(list.programs);
  const isContainer = createPatterns(list.containers);
  const isNamespace = createPatterns(list.namespaces);
  const images = list.images.map(createImageTest);

  const ofWorkload = ({ workload }: OffenceFacts): string | undefined => {
    const { container, namespace } = workload;
    if (container !== undefined && isOwnContainer(own, container.id))
      return 'it is the container of Seawall itself';
    if (namespace !== undefined && isNamespace(namespace))
      return `the namespace ${namespace} is never touched`;
    if (container?.name !== undefined && isContainer(container.name)) {
      return `containers called ${container.name} are never touched`;
    }
    if (container !== undefined && images.some((test) => test(container) === true)) {
      return `containers of the image ${container.image} are never touched`;
    }
    return undefined;
  };
  return (target, facts) => {
    if (target.kind === 'process') {
      const { pid, isKernelThread, executable } = target.process;
      if (pid <= 1) return 'pid 1 keeps everything else running';
      if (isKernelThread) return 'it is a thread of the kernel';
      if (pid === own.pid) return 'it is Seawall itself';
      if (own.ancestors.includes(pid)) return 'Seawall runs below it';
      if (facts.workload.container === undefined && isProgram(executable)) {
        return `${executable} is never touched`;
      }
    }
    if (target.kind === 'container') {
      const { unified, freezer } = target.cgroups;
      for (const cgroup of [unified, freezer]) {
        if (cgroup !== undefined && own.cgroups.some((each) => isWithin(each, cgroup))) {
          return `Seawall itself runs in ${cgroup}`;
        }
      }
    }
    return ofWorkload(facts);
  };
}

/** Ids come whole or cut to twelve digits, depending on who was asked. */
function isOwnContainer(own: OwnIdentity, id: string): boolean {
  if (own.containerId === undefined || own.containerId === '' || id === '') return false;
  return own.containerId.startsWith(id) || id.startsWith(own.containerId);
}

function isWithin(path: string, folder: string): boolean {
  const root = folder.replace(/\/+$/, '');
  return path === root || path.startsWith(`${root}/`);
}
