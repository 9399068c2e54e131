import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openRuntime, type RuntimeAddress } from '@seawall/kube';
import { errors } from '../errors.ts';
import type { DrillTarget } from './play.ts';

/** containerd's namespace of Kubernetes, where its images are. A kubelet minds only containers that have CRI's own labels. */
const KUBERNETES = 'k8s.io';
/** Seconds after which a container that was left behind ends by itself. */
const LIFE_SECONDS = '3600';

/** Which pod a container of the drill's own says it belongs to, in the labels that runtimes give to a pod's containers. */
export interface OwnContainerOrder {
  readonly image: string;
  /** Name of the container, such as `etcd`. */
  readonly component: string;
  readonly namespace: string;
}

/**
 * A container that runs already.
 * @param id of the container, or its beginning.
 * @throws agent/DRILL_IMPOSSIBLE where it is not running; what the runtime throws
 */
export async function namedContainer(address: RuntimeAddress, id: string): Promise<DrillTarget> {
  const runtime = openRuntime(address);
  try {
    const found = await runtime.find(id);
    if (found?.state !== 'running')
      throw errors.create('DRILL_IMPOSSIBLE', { reason: `container ${id} is not running` });
    return targetOf(address, found.id, KUBERNETES, false);
  } finally {
    runtime.close();
  }
}

/**
 * Runs a container for the drill, of an image that has a shell and that the runtime has.
 * @throws agent/DRILL_IMPOSSIBLE with what the runtime's tool said
 */
export async function ownContainer(
  address: RuntimeAddress,
  { image, component, namespace }: OwnContainerOrder,
): Promise<DrillTarget & { remove(): Promise<void> }> {
  const labels = {
    'io.kubernetes.container.name': component,
    'io.kubernetes.pod.name': `${component}-seawall-drill`,
    'io.kubernetes.pod.namespace': namespace,
    'io.kubernetes.pod.uid': randomBytes(16).toString('hex'),
  };
  const labelWords = Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
  if (isOfDocker(address)) {
    const words = ['run', '--detach', '--network=none', ...labelWords, image, 'sleep', LIFE_SECONDS];
    const id = await toolOf(address, '', words);
    return {
      ...targetOf(address, id, '', true),
      remove: async () => void (await toolOf(address, '', ['rm', '--force', id])),
    };
  }
  const id = randomBytes(32).toString('hex');
  await toolOf(address, KUBERNETES, [
    'run',
    '--detach',
    '--net-host',
    ...labelWords,
    image,
    id,
    'sleep',
    LIFE_SECONDS,
  ]);
  return {
    ...targetOf(address, id, KUBERNETES, true),
    async remove() {
      await run(...wordsOf(address, KUBERNETES, ['tasks', 'delete', '--force', id]));
      await toolOf(address, KUBERNETES, ['containers', 'delete', id]);
    },
  };
}

function targetOf(address: RuntimeAddress, id: string, namespace: string, isOwn: boolean): DrillTarget {
  const shell = ['/bin/sh', '-c'];
  return {
    id,
    isOwn,
    async exec(script) {
      const words = isOfDocker(address)
        ? ['exec', id, ...shell, script]
        : ['tasks', 'exec', '--exec-id', randomBytes(6).toString('hex'), id, ...shell, script];
      return (await run(...wordsOf(address, namespace, words))).code;
    },
    async isRunning() {
      const runtime = openRuntime(address);
      try {
        return (await runtime.find(id))?.state === 'running';
      } finally {
        runtime.close();
      }
    },
  };
}

function isOfDocker({ kind }: RuntimeAddress): boolean {
  return kind === 'docker' || kind === 'podman';
}

/** The runtime's own tool, and its words: `ctr` also for CRI, whose containers are containerd's. */
function wordsOf(
  { kind, socket }: RuntimeAddress,
  namespace: string,
  words: readonly string[],
): [string, readonly string[]] {
  if (kind === 'docker') return ['docker', ['--host', `unix://${socket}`, ...words]];
  if (kind === 'podman') return ['podman', ['--url', `unix://${socket}`, ...words]];
  return ['ctr', ['--address', socket, '--namespace', namespace, ...words]];
}

/** @returns what the tool printed, trimmed. */
async function toolOf(address: RuntimeAddress, namespace: string, words: readonly string[]): Promise<string> {
  const { code, output } = await run(...wordsOf(address, namespace, words));
  if (code === 0) return output.trim();
  throw errors.create('DRILL_IMPOSSIBLE', { reason: output.trim() });
}

function run(
  program: string,
  words: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  // Out of reach of the terminal: Ctrl-C ends the drill, which then needs its tools to put away what it made.
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  const add = (bytes: Buffer): void => {
    output += bytes.toString();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  return new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(
        errors.create('DRILL_IMPOSSIBLE', { reason: `${program} can not be run: ${error.message}` }, error),
      ),
    );
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
