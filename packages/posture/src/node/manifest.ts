import { found, type Mount, type Reading, unreadable } from './tree.ts';
import { objectsAt, readAllYaml, textsAt, valueAt } from './yaml.ts';

/** One container of a static pod's manifest, as far as its command goes. */
export interface ManifestContainer {
  readonly name: string;
  readonly image: string;
  /** `command` and `args` in one. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** `securityContext.runAsUser` of the container, else of the pod. */
  readonly user?: number;
}

/** Reads the containers of a pod manifest (YAML or JSON). */
export function readManifest(text: string): Reading<readonly ManifestContainer[]> {
  const documents = readAllYaml(text);
  if (documents.kind !== 'found') return documents;
  const pod = documents.value.map(({ value }) => value).find((value) => valueAt(value, ['kind']) === 'Pod');
  if (pod === undefined) return unreadable('holds no Pod');
  const hostPaths = new Map<string, string>();
  for (const volume of objectsAt(pod, ['spec', 'volumes'])) {
    const path = valueAt(volume, ['hostPath', 'path']);
    if (typeof path === 'string') hostPaths.set(String(volume.name), path);
  }
  const podUser = valueAt(pod, ['spec', 'securityContext', 'runAsUser']);
  return found(
    objectsAt(pod, ['spec', 'containers']).map((container) => {
      const user = valueAt(container, ['securityContext', 'runAsUser']) ?? podUser;
      return {
        name: String(container.name ?? ''),
        image: String(container.image ?? ''),
        command: [...textsAt(container, ['command']), ...textsAt(container, ['args'])],
        environment: Object.fromEntries(
          objectsAt(container, ['env'])
            .filter(({ value }) => value !== undefined)
            .map(({ name, value }) => [String(name), String(value)]),
        ),
        mounts: objectsAt(container, ['volumeMounts']).flatMap((mount) => {
          const hostPath = hostPaths.get(String(mount.name));
          return hostPath === undefined ? [] : [{ containerPath: String(mount.mountPath), hostPath }];
        }),
        ...(typeof user === 'number' ? { user } : {}),
      };
    }),
  );
}
