/** Something that a rule of the articles is about, done in a container of the component that the article has in mind. */
export interface ArticleCase {
  /** The rule's name. */
  readonly rule: string;
  /** Repository and tag, as clusters of the article's time had them. */
  readonly image: string;
  /** The container's name; its pod's begins with it. */
  readonly component: string;
  /** What the container runs. */
  readonly command: readonly string[];
  /** A further process that the rule has nothing against. */
  readonly allowed: readonly string[];
  /** Where nothing is allowed in the container itself: the image of another one, in which `allowed` runs. */
  readonly allowedImage?: string;
  /** One that does what the rule is about. */
  readonly forbidden: readonly string[];
  /** What the alert says of it; CONTAINER stands for the container's short id, NAME for what its runtime calls it. */
  readonly says: string;
}

const GOOGLE = 'gcr.io/google_containers';
const ETCD = `${GOOGLE}/etcd-amd64:3.0.17`;
const API_SERVER = `${GOOGLE}/kube-apiserver-amd64:v1.8.3`;
const PROXY = `${GOOGLE}/kube-proxy-amd64:v1.8.3`;
const DNS = `${GOOGLE}/k8s-dns-kube-dns-amd64:1.14.5`;
/** Neither of Google's nor of anybody known. */
const FOREIGN = 'docker.io/acmetools/toolbox:1';

/** Images that cases run, all of the same content. */
export const CASE_IMAGES: readonly string[] = [ETCD, API_SERVER, PROXY, DNS, FOREIGN];
/** Under these names each image has the program of component.c, in /usr/bin. */
export const COMPONENTS: readonly string[] = ['etcd', 'kube-apiserver', 'kube-proxy', 'kube-dns'];
/** Commands of busybox that the cases run. */
export const COMMANDS: readonly string[] = ['sh', 'ls', 'cat', 'id', 'nc', 'passwd', 'sleep'];
/** Further files of each image. */
export const FILES: Readonly<Record<string, string>> = {
  'etc/secrets/token': 'secret\n',
  'var/lib/etcd/member': '',
};

/** The rules of the article on kube-system, in its order, and what their tests are there. */
export const ARTICLE_CASES: readonly ArticleCase[] = [
  {
    rule: 'Etcd allowed processes',
    ...{ image: ETCD, component: 'etcd', command: ['/usr/bin/etcd', 'stay'] },
    allowed: ['/usr/bin/etcd', 'write:/var/lib/etcd/member'],
    forbidden: ['ls', '/var'],
    says: 'Unauthorized process (ls /var) running in (CONTAINER)',
  },
  {
    rule: 'Unallowed container running in kube-system namespace',
    ...{ image: FOREIGN, component: 'toolbox', command: ['/bin/sleep', '1000'] },
    allowed: ['/bin/id'],
    allowedImage: ETCD,
    forbidden: ['/bin/id'],
    says: 'Unallowed container running in kube-system namespace (NAME (id=CONTAINER))',
  },
  {
    rule: 'Read secret file after startup',
    ...{ image: API_SERVER, component: 'kube-apiserver', command: ['/usr/bin/kube-apiserver', 'stay'] },
    allowed: ['/usr/bin/kube-apiserver', 'read:/etc/secrets/token'],
    forbidden: ['/usr/bin/kube-apiserver', 'wait:5500', 'read:/etc/secrets/token'],
    says: 'command=kube-apiserver wait:5500 read:/etc/secrets/token file=/etc/secrets/token)',
  },
  {
    rule: 'Pod connecting to kubelet',
    ...{ image: DNS, component: 'kubedns' },
    // In a network of the container's own, so that the kubelet's port is nobody else's.
    command: ['/usr/bin/kube-dns', 'listen:10250', 'listen:10053', 'stay'],
    allowed: ['/usr/bin/kube-dns', 'connect:10053'],
    forbidden: ['/usr/bin/kube-dns', 'connect:10250'],
    says: '->127.0.0.1:10250)',
  },
  {
    rule: 'User management operations',
    ...{ image: DNS, component: 'kubedns', command: ['/usr/bin/kube-dns', 'stay'] },
    allowed: ['/bin/id'],
    forbidden: ['passwd', 'postgres'],
    says: 'User management binary run on container (command=passwd postgres NAME (id=CONTAINER))',
  },
  {
    rule: 'Write to non write allowed dir (etcd)',
    ...{ image: ETCD, component: 'etcd', command: ['/usr/bin/etcd', 'stay'] },
    allowed: ['/usr/bin/etcd', 'write:/var/lib/etcd/member'],
    forbidden: ['/usr/bin/etcd', 'write:/etc/nsswitch.conf'],
    says: 'command=etcd write:/etc/nsswitch.conf file=/etc/nsswitch.conf)',
  },
  {
    rule: 'Unauthorized process opened a port',
    ...{ image: PROXY, component: 'kube-proxy', command: ['/usr/bin/kube-proxy', 'listen:10256', 'stay'] },
    allowed: ['/usr/bin/kube-proxy', 'listen:10249'],
    forbidden: ['nc', '-l', '-p', '4444', '-w', '1'],
    says: 'Non-whitelisted process opened a port (command=nc -l -p 4444 -w 1 connection=',
  },
  {
    rule: 'Unauthorized process opened an outbound connection',
    ...{ image: API_SERVER, component: 'kube-apiserver' },
    command: ['/usr/bin/kube-apiserver', 'listen:2379', 'listen:8080', 'stay'],
    allowed: ['/usr/bin/kube-apiserver', 'connect:2379'],
    forbidden: ['nc', '-w', '1', '127.0.0.1', '8080'],
    says: '->127.0.0.1:8080)',
  },
  {
    rule: 'Unexpected NodePort connection',
    ...{ image: DNS, component: 'kubedns', command: ['/usr/bin/kube-dns', 'listen:10053', 'stay'] },
    allowed: ['/usr/bin/kube-dns', 'connect:10053'],
    forbidden: ['/usr/bin/kube-dns', 'listen:30080', 'connect:30080'],
    says: '->127.0.0.1:30080)',
  },
];
