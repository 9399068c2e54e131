import { labelField, labelsText, text, unset, unsetWithKey } from './container.ts';
import type { InspectorField } from './field.ts';

const SHORT_ID_LENGTH = 12;
const NO_LABELS: ReadonlyMap<string, string> = new Map();

/** The pod that the container belongs to. Outside pods these are unset or empty, as in Falco. */
export const kubernetesFields: readonly InspectorField[] = [
  ...podFields(),
  ...['rc', 'svc'].flatMap(deprecatedObject),
  unset('k8s.ns.id', 'charbuf', 'k8s.ns.name'),
  unsetWithKey('k8s.ns.label', 'k8s.pod.label'),
  unset('k8s.ns.labels', 'charbuf', 'k8s.pod.labels'),
  ...['rs', 'deployment'].flatMap(deprecatedObject),
];

function podFields(): InspectorField[] {
  return [
    pod('k8s.pod.name', 'Name of the pod.', 'name'),
    pod('k8s.ns.name', 'Namespace of the pod.', 'namespace'),
    pod('k8s.pod.id', 'Unique id of the pod (its uid).', 'uid'),
    pod('k8s.pod.uid', 'Unique id of the pod.', 'uid'),
    text('k8s.pod.sandbox_id', "First 12 characters of the id of the pod's sandbox container.", (container) =>
      (container.pod?.fullSandboxId || container.pod?.sandboxId || '').slice(0, SHORT_ID_LENGTH),
    ),
    text(
      'k8s.pod.full_sandbox_id',
      "The whole id of the pod's sandbox container.",
      (container) => container.pod?.fullSandboxId ?? '',
    ),
    labelField(
      'k8s.pod.label',
      'Value of one label of the pod: k8s.pod.label[app.kubernetes.io/name].',
      (container) => container.pod?.labels ?? NO_LABELS,
    ),
    text(
      'k8s.pod.labels',
      'All labels of the pod as name:value, joined by commas, without those that Kubernetes adds.',
      (container) => labelsText(container.pod?.labels ?? NO_LABELS),
    ),
    text('k8s.pod.ip', 'First IPv4 address of the pod.', (container) => container.pod?.ip ?? ''),
    text(
      'k8s.pod.cni.json',
      "Result of the pod's network set-up (CNI), as JSON.",
      (container) => container.pod?.cniJson ?? '',
    ),
  ];
}

function pod(name: string, description: string, key: 'name' | 'namespace' | 'uid'): InspectorField {
  return text(name, description, (container) => container.pod?.[key] || undefined, null);
}

function deprecatedObject(kind: string): InspectorField[] {
  const instead = 'the pod (k8s.pod.*)';
  return [
    unset(`k8s.${kind}.name`, 'charbuf', instead),
    unset(`k8s.${kind}.id`, 'charbuf', instead),
    unsetWithKey(`k8s.${kind}.label`, instead),
    unset(`k8s.${kind}.labels`, 'charbuf', instead),
  ];
}
