import type { Priority } from '@seawall/rules';
import {
  imageProblem,
  nameProblem,
  type PodProfile,
  pathProblem,
  peerProblem,
  portProblem,
} from './profile.ts';

export type BehaviourKey = Exclude<keyof PodProfile, 'podname' | 'namespace'>;

/** What the condition of a rule is made from. */
export interface ConditionParts {
  /** The macro that says that it happened in the pod. */
  readonly scope: string;
  /** The pod's list of what is allowed. */
  readonly allowed: string;
  /** What goes between the parentheses of a comparison with names: the list, and names as the kernel cuts them. */
  readonly names: string;
  /** The pod's list of what it may write, where there is one. */
  readonly writable: string | undefined;
}

/** A behaviour that a profile speaks of, and the rule that guards it. */
export interface Behaviour {
  readonly key: BehaviourKey;
  /** The rule's name, in front of the pod's in parentheses. */
  readonly title: string;
  /** The first half of the list's name; the pod's identifier follows. Unique, and none ends in what another is. */
  readonly list: string;
  /** Says above the list what it holds. */
  readonly comment: string;
  /** An item as it could be added to the list. */
  readonly example: string;
  readonly description: string;
  readonly isOfNames: boolean;
  /** Why a text of the list can't be in a profile; undefined when it can. */
  readonly problemOf: (text: string) => string | undefined;
  readonly condition: (parts: ConditionParts) => readonly string[];
  readonly output: string;
  readonly priority: Priority;
  readonly tags: readonly string[];
}

/** In the order of the article's file, then those that it doesn't have. */
export const behaviours: readonly Behaviour[] = [
  {
    key: 'proc',
    title: 'Process outside the profile',
    list: 'allowed_processes_of_',
    comment: 'programs that may be started',
    example: 'etcdctl',
    description: 'a program was started that is not one of those the pod consists of',
    isOfNames: true,
    problemOf: nameProblem,
    condition: ({ scope, names }) => [
      'seawall_program_started',
      scope,
      `not (proc.name in (${names}) and seawall_program_of_image)`,
      'not seawall_sandbox_process',
    ],
    output: 'command=%proc.cmdline parent=%proc.pname user=%user.name',
    priority: 'Error',
    tags: ['process', 'mitre_execution', 'T1059'],
  },
  {
    key: 'write_dir',
    title: 'Write outside the profile',
    list: 'allowed_write_paths_of_',
    comment: 'files that may be written, and directories with all that is below them',
    example: '/var/backups',
    description: 'a file was opened to be written where the pod has nothing to write',
    isOfNames: false,
    problemOf: pathProblem,
    condition: ({ scope, allowed }) => [
      'seawall_file_opened_to_write',
      scope,
      `not fd.name pmatch (${allowed})`,
      'not seawall_runtime_process',
    ],
    output: 'file=%fd.name command=%proc.cmdline user=%user.name',
    priority: 'Error',
    tags: ['file', 'mitre_persistence'],
  },
  {
    key: 'outbound_proc',
    title: 'Connection by a program outside the profile',
    list: 'allowed_outbound_processes_of_',
    comment: 'programs that may open connections',
    example: 'etcdctl',
    description: 'a program opened a connection that is not one of those the pod uses for it',
    isOfNames: true,
    problemOf: nameProblem,
    condition: ({ scope, names }) => [
      'seawall_connects_out',
      scope,
      `not (proc.name in (${names}) and seawall_program_of_image)`,
      'not seawall_runtime_process',
    ],
    output: 'connection=%fd.name command=%proc.cmdline user=%user.name',
    priority: 'Warning',
    tags: ['network', 'mitre_command_and_control'],
  },
  {
    key: 'listen_proc',
    title: 'Listening by a program outside the profile',
    list: 'allowed_listening_processes_of_',
    comment: 'programs that may open a TCP port',
    example: 'etcdctl',
    description: 'a program opened a port that is not one of those the pod serves with',
    isOfNames: true,
    problemOf: nameProblem,
    condition: ({ scope, names }) => [
      'seawall_port_opened',
      scope,
      `not (proc.name in (${names}) and seawall_program_of_image)`,
    ],
    output: 'socket=%fd.name command=%proc.cmdline user=%user.name',
    priority: 'Warning',
    tags: ['network', 'mitre_persistence'],
  },
  {
    key: 'read_dir',
    title: 'Read outside the profile',
    list: 'allowed_read_paths_of_',
    comment: 'files that may be read, and directories with all that is below them',
    example: '/var/backups',
    description: 'a file was opened to be read where the pod has nothing to read',
    isOfNames: false,
    problemOf: pathProblem,
    condition: ({ scope, allowed, writable }) => [
      'seawall_file_opened_to_read',
      scope,
      `not fd.name pmatch (${allowed})`,
      ...(writable === undefined ? [] : [`not fd.name pmatch (${writable})`]),
      'not seawall_runtime_process',
    ],
    output: 'file=%fd.name command=%proc.cmdline user=%user.name',
    priority: 'Warning',
    tags: ['file', 'mitre_credential_access'],
  },
  {
    key: 'peers',
    title: 'Connection to a peer outside the profile',
    list: 'allowed_peers_of_',
    comment: 'networks that may be connected to: an address alone is 10.96.0.1/32 or fd00::1/128',
    example: '10.96.0.1/32',
    description: 'a connection was opened to an address that the pod does not talk to',
    isOfNames: false,
    problemOf: peerProblem,
    condition: ({ scope, allowed }) => [
      'seawall_connects_out',
      scope,
      `not fd.snet in (${allowed})`,
      'not seawall_runtime_process',
    ],
    output: 'connection=%fd.name command=%proc.cmdline user=%user.name',
    priority: 'Warning',
    tags: ['network', 'mitre_exfiltration'],
  },
  {
    key: 'ports',
    title: 'Port outside the profile',
    list: 'allowed_ports_of_',
    comment: 'TCP ports that may be opened',
    example: '2381',
    description: 'a TCP port was opened that is not one of those the pod serves',
    isOfNames: false,
    problemOf: (text) => portProblem(Number(text)),
    condition: ({ scope, allowed }) => ['seawall_port_opened', scope, `not fd.sport in (${allowed})`],
    output: 'socket=%fd.name command=%proc.cmdline user=%user.name',
    priority: 'Warning',
    tags: ['network', 'mitre_persistence'],
  },
  {
    key: 'images',
    title: 'Image outside the profile',
    list: 'allowed_images_of_',
    comment: 'where the containers may come from: a repository, one with its tag, or a digest (sha256:...)',
    example: 'registry.k8s.io/etcd',
    description: 'a container was started in the pod from an image that is not one of its own',
    isOfNames: false,
    problemOf: imageProblem,
    condition: ({ scope, allowed }) => [
      'seawall_program_started',
      'proc.vpid = 1',
      scope,
      'container.image.repository exists',
      `not container.image.repository in (${allowed})`,
      `not container.image in (${allowed})`,
      `not container.image.digest in (${allowed})`,
      'not seawall_sandbox_process',
    ],
    output: 'image=%container.image digest=%container.image.digest command=%proc.cmdline',
    priority: 'Error',
    tags: ['container', 'mitre_execution', 'T1610'],
  },
];
