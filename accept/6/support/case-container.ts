import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Containerd,
  CRI_NAMESPACE,
  type Docker,
  makeBusyboxImage,
  startContainerd,
  startDocker,
} from '@seawall/kube/testing';
import { type ArticleCase, CASE_IMAGES, COMMANDS, COMPONENTS, FILES } from './article-cases.ts';

/** A container of a case, which runs. */
export interface CaseContainer {
  /** The first twelve characters. */
  readonly id: string;
  /** What alerts are to call it. */
  readonly name: string;
  readonly pod: string;
  /**
   * Runs a further process in it, as `kubectl exec` does, to its end.
   * @returns why it failed, which for some is the point: there is no user postgres.
   */
  exec(command: readonly string[]): string | undefined;
  remove(): void;
}

/** A container runtime of the row's own, with the images of the cases. */
export interface CaseRuntime {
  readonly name: 'containerd' | 'Docker';
  /** What `--runtime` is told. */
  readonly address: string;
  run(order: Pick<ArticleCase, 'image' | 'component' | 'command'>): CaseContainer;
  stop(): Promise<void>;
}

export const CASE_NAMESPACE = 'kube-system';
const SHORT_ID_LENGTH = 12;

/** @throws what the runtime said where it doesn't start. */
export async function startCaseRuntime(name: CaseRuntime['name'], folder: string): Promise<CaseRuntime> {
  const runtime = name === 'Docker' ? inDocker(await startDocker()) : inContainerd(await startContainerd());
  try {
    const files = filesOf(folder);
    for (const [index, image] of CASE_IMAGES.entries()) {
      const place = join(folder, `${name}-image-${index}`);
      runtime.importImage(makeBusyboxImage(place, { name: image, commands: COMMANDS, files }));
    }
    return runtime;
  } catch (error) {
    await runtime.stop();
    throw error;
  }
}

interface Importing extends CaseRuntime {
  importImage(image: ReturnType<typeof makeBusyboxImage>): void;
}

function inContainerd(containerd: Containerd): Importing {
  return {
    name: 'containerd',
    address: `containerd=${containerd.socket}`,
    importImage: (image) => containerd.importImage(image, CRI_NAMESPACE),
    run({ image, component, command }) {
      const pod = `${component}-node1`;
      const labels = podLabels(component, pod);
      const { id } = containerd.runContainer({ namespace: CRI_NAMESPACE, image, command, labels });
      return {
        ...{ id: id.slice(0, SHORT_ID_LENGTH), name: component, pod },
        exec: (words) => failureOf(() => containerd.exec(id, words, CRI_NAMESPACE)),
        remove: () => containerd.removeContainer(id, CRI_NAMESPACE),
      };
    },
    stop: containerd.stop,
  };
}

/** Containers are named and labelled as dockershim did it. */
function inDocker(docker: Docker): Importing {
  return {
    name: 'Docker',
    address: `docker=${docker.socket}`,
    importImage: docker.importImage,
    run({ image, component, command }) {
      const pod = `${component}-node1`;
      const labels = podLabels(component, pod);
      const name = `k8s_${component}_${pod}_${CASE_NAMESPACE}_${labels['io.kubernetes.pod.uid']}_0`;
      const { id } = docker.runContainer({ name, image, command, labels });
      return {
        ...{ id: id.slice(0, SHORT_ID_LENGTH), name, pod },
        exec: (words) => failureOf(() => docker.exec(id, words)),
        remove: () => docker.removeContainer(id),
      };
    },
    stop: docker.stop,
  };
}

function podLabels(component: string, pod: string) {
  return {
    'io.kubernetes.container.name': component,
    'io.kubernetes.pod.name': pod,
    'io.kubernetes.pod.namespace': CASE_NAMESPACE,
    'io.kubernetes.pod.uid': randomBytes(16).toString('hex'),
  };
}

function failureOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

function filesOf(folder: string): Record<string, string | Uint8Array> {
  const program = join(folder, 'component');
  const source = join(import.meta.dirname, 'component.c');
  const { status, stderr } = spawnSync('cc', ['-static', '-O2', '-o', program, source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const content = readFileSync(program);
  return { ...FILES, ...Object.fromEntries(COMPONENTS.map((name) => [`usr/bin/${name}`, content])) };
}
