import { type Check, instanceOf } from './check.ts';
import { hasModeWithin, isOwnedBy, isOwnedByRoot, type Selector } from './file-rules.ts';
import { cis, MITRE, NSA, OWASP } from './mappings.ts';
import {
  cniFiles,
  etcdDataDirectory,
  fileNamedBy,
  filesAt,
  firstOf,
  manifestOf,
  pkiFiles,
} from './selectors.ts';

const schedulerKubeconfig = firstOf(fileNamedBy('kubeconfig'), filesAt('/etc/kubernetes/scheduler.conf'));
const managerKubeconfig = firstOf(
  fileNamedBy('kubeconfig'),
  filesAt('/etc/kubernetes/controller-manager.conf'),
);
const adminKubeconfig = filesAt('/etc/kubernetes/admin.conf', '/etc/kubernetes/super-admin.conf');

/** A pair of checks over the same files: who may read and write them, and whose they are. */
function modeAndOwner(
  id: string,
  component: Check['component'],
  thing: string,
  select: Selector,
  [modeId, ownerId]: readonly [string, string],
  why: string,
): Check[] {
  const shared = {
    component,
    severity: 'high',
    owasp: OWASP.components,
    mitre: [MITRE.unsecuredCredentials],
  } as const;
  return [
    {
      ...shared,
      id: `${id}-mode`,
      title: `Only root may read or write ${thing}`,
      why,
      rule: hasModeWithin(select, 0o600),
      cis: cis(modeId),
    },
    {
      ...shared,
      id: `${id}-owner`,
      title: `${capitalise(thing)} belongs to root`,
      why: `Whoever owns it may change its permissions back. ${why}`,
      rule: isOwnedByRoot(select),
      cis: cis(ownerId),
    },
  ];
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const manifestWhy =
  'The kubelet starts whatever a static pod manifest says, as root and outside admission: write access to it is root on the node.';
const kubeconfigWhy = 'The file holds credentials of a component with wide rights in the cluster.';

/** CIS section 1.1: the files of a control plane node. */
export const controlPlaneFileChecks: readonly Check[] = [
  ...modeAndOwner(
    'apiserver-manifest',
    'kube-apiserver',
    "the API server's manifest",
    manifestOf,
    ['1.1.1', '1.1.2'],
    manifestWhy,
  ),
  ...modeAndOwner(
    'controller-manager-manifest',
    'kube-controller-manager',
    "the controller manager's manifest",
    manifestOf,
    ['1.1.3', '1.1.4'],
    manifestWhy,
  ),
  ...modeAndOwner(
    'scheduler-manifest',
    'kube-scheduler',
    "the scheduler's manifest",
    manifestOf,
    ['1.1.5', '1.1.6'],
    manifestWhy,
  ),
  ...modeAndOwner('etcd-manifest', 'etcd', "etcd's manifest", manifestOf, ['1.1.7', '1.1.8'], manifestWhy),
  ...modeAndOwner(
    'cni-files',
    'kubelet',
    'each file of the network plugins',
    cniFiles,
    ['1.1.9', '1.1.10'],
    'Plugins run as root with what these files say: whoever writes them runs code as root and reroutes pods.',
  ),
  {
    id: 'etcd-data-mode',
    component: 'etcd',
    title: "Only etcd's user may enter its data directory",
    why: 'Every secret of the cluster lies in this directory; reading the files needs no certificate.',
    severity: 'critical',
    rule: hasModeWithin(etcdDataDirectory, 0o700),
    cis: cis('1.1.11'),
    nsa: NSA.access,
    owasp: OWASP.secrets,
    mitre: [MITRE.unsecuredCredentials],
  },
  {
    id: 'etcd-data-owner',
    component: 'etcd',
    title: "The data directory belongs to etcd's own user",
    why: 'With a user of its own, a break-in elsewhere that stops short of root does not reach the data, nor the other way round.',
    severity: 'medium',
    rule: isOwnedBy(etcdDataDirectory, 'it belongs to the user that etcd has for itself', (subject) => {
      const wanted = subject.site.values.etcdDataOwner;
      if (wanted !== undefined) {
        const [user = 'etcd', group = user] = wanted.split(':');
        return user === 'root' ? { uid: 0, gid: 0, user, group } : numbered(user, group);
      }
      const { uid } = instanceOf(subject);
      if (uid !== undefined && uid !== 0) {
        return { uid, gid: instanceOf(subject).gid ?? uid, user: String(uid), group: String(uid) };
      }
      return { user: 'etcd', group: 'etcd' };
    }),
    cis: cis('1.1.12'),
    owasp: OWASP.secrets,
    mitre: [MITRE.unsecuredCredentials],
  },
  ...modeAndOwner(
    'admin-kubeconfig',
    'kube-apiserver',
    "the administrator's kubeconfig",
    adminKubeconfig,
    ['1.1.13', '1.1.14'],
    'Its certificate is cluster-admin and cannot be revoked before it expires.',
  ),
  ...modeAndOwner(
    'scheduler-kubeconfig',
    'kube-scheduler',
    "the scheduler's kubeconfig",
    schedulerKubeconfig,
    ['1.1.15', '1.1.16'],
    kubeconfigWhy,
  ),
  ...modeAndOwner(
    'controller-manager-kubeconfig',
    'kube-controller-manager',
    "the controller manager's kubeconfig",
    managerKubeconfig,
    ['1.1.17', '1.1.18'],
    kubeconfigWhy,
  ),
  {
    id: 'pki-owner',
    component: 'kube-apiserver',
    title: 'The PKI folder and all in it belong to root',
    why: "Whoever owns the authority's key can make himself any user of the cluster.",
    severity: 'critical',
    rule: isOwnedByRoot(pkiFiles()),
    cis: cis('1.1.19'),
    owasp: OWASP.secrets,
    mitre: [MITRE.unsecuredCredentials],
  },
  {
    id: 'pki-certificate-mode',
    component: 'kube-apiserver',
    title: 'Nobody but root may change certificates',
    why: 'Certificates may be read by anyone, but one that can be replaced changes whom the cluster trusts.',
    severity: 'medium',
    rule: hasModeWithin(pkiFiles(/\.crt$/), 0o644),
    cis: cis('1.1.20', ['1.12', '1.11']),
    owasp: OWASP.components,
  },
  {
    id: 'pki-certificate-mode-strict',
    component: 'kube-apiserver',
    title: 'Nobody but root may read or change certificates',
    why: 'Benchmark 1.10 asks for more than its successors: certificates name the members of the cluster to whoever reads them.',
    severity: 'low',
    rule: hasModeWithin(pkiFiles(/\.crt$/), 0o600),
    cis: cis('1.1.20', ['1.10']),
    owasp: OWASP.components,
  },
  {
    id: 'pki-key-mode',
    component: 'kube-apiserver',
    title: 'Only root may read private keys',
    why: 'A key that leaks lets its reader act as its owner until the certificate expires.',
    severity: 'critical',
    rule: hasModeWithin(pkiFiles(/\.key$/), 0o600),
    cis: cis('1.1.21'),
    nsa: NSA.access,
    owasp: OWASP.secrets,
    mitre: [MITRE.unsecuredCredentials],
  },
];

function numbered(user: string, group: string): { uid?: number; gid?: number; user: string; group: string } {
  return {
    user,
    group,
    ...(/^\d+$/.test(user) ? { uid: Number(user) } : {}),
    ...(/^\d+$/.test(group) ? { gid: Number(group) } : {}),
  };
}
