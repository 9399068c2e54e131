import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { toJson } from '../json.ts';
import type { Schema } from '../schema/tables.ts';
import type { Connection } from '../sqlite/connection.ts';
import { slot } from '../sqlite/prepared-statement.ts';
import type { Workload } from '../types/workload.ts';

/** Knows the ids of workloads, and stores those that are new. */
export interface WorkloadWriter {
  idOf(workload: Workload): number;
  /** Forgets what it knows: after a change was undone, or workloads were deleted. */
  forget(): void;
}

/** How many workloads are known without asking. */
const KNOWN_WORKLOADS = 4096;

export function createWorkloadWriter(connection: Connection, builder: Kysely<Schema>): WorkloadWriter {
  const find = connection.prepare(
    builder.selectFrom('workload').select('id').where('hash', '=', slot<Uint8Array>('hash')),
  );
  const insert = connection.prepare(
    builder
      .insertInto('workload')
      .values({
        hash: slot('hash'),
        node: slot('node'),
        namespace: slot('namespace'),
        pod: slot('pod'),
        container_id: slot('containerId'),
        container_short_id: slot('containerShortId'),
        container_name: slot('containerName'),
        image: slot('image'),
        repository: slot('repository'),
        workload_json: slot('json'),
      })
      .returning('id'),
  );
  /** Most findings of a workload hold the very same object. */
  let byObject = new WeakMap<Workload, number>();
  let byText = new Map<string, number>();
  return {
    idOf(workload) {
      const known = byObject.get(workload);
      if (known !== undefined) return known;
      const json = workloadText(workload);
      let id = byText.get(json);
      if (id === undefined) {
        const hashed = hash('sha256', json, 'buffer');
        const { node, namespace, pod, container } = workload;
        const row =
          find.get({ hash: hashed }) ??
          insert.get({
            hash: hashed,
            node,
            namespace,
            pod,
            containerId: container?.id,
            containerShortId: container?.id.slice(0, 12),
            containerName: container?.name,
            image: container?.image,
            repository: container?.image && repositoryOf(container.image),
            json,
          });
        id = Number(row!.id);
        if (byText.size >= KNOWN_WORKLOADS) byText.clear();
        byText.set(json, id);
      }
      byObject.set(workload, id);
      return id;
    },
    forget() {
      byObject = new WeakMap();
      byText = new Map();
    },
  };
}

/** The same text for equal workloads, whatever the order of their labels. */
function workloadText({ node, cluster, namespace, pod, podLabels, container }: Workload): string {
  return toJson({
    node,
    cluster,
    namespace,
    pod,
    podLabels: sorted(podLabels),
    container: container && {
      id: container.id,
      name: container.name,
      image: container.image,
      digest: container.digest,
      labels: sorted(container.labels),
    },
  });
}

function sorted(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `registry:5000/etcd` of `registry:5000/etcd:3.5@sha256:...`. */
export function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/]*$/, '');
}
