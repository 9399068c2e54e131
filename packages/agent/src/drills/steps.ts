/** One act of an attacker, played harmlessly. */
export interface DrillStep {
  readonly name: string;
  readonly title: string;
  /** The tags of which a rule that answers has one, as the library has them. */
  readonly tags: readonly string[];
  /** What /bin/sh runs in the container; it takes away again what it made. */
  readonly script: string;
  /** Programs without which it can't be played. */
  readonly needs: readonly string[];
  /** Only a container that was made for the drill answers: in a component's own there is nothing to raise. */
  readonly isOfOwnContainer?: boolean;
}

/** Where the steps put what they need for a moment. */
const FOLDER = '/tmp/seawall-drill';

/** A shell function that listens at a port: of loopback alone, where busybox or netcat can say so. */
const SERVE = [
  'serve() {',
  'case "$(busybox --list 2>/dev/null)" in *httpd*) exec busybox httpd -f -p 127.0.0.1:$1 -h /dev;; esac;',
  'case "$(nc -h 2>&1)" in *" -s"*) exec nc -l -s 127.0.0.1 -p $1;; esac;',
  'exec nc -l -p $1; };',
].join(' ');
const SILENT = '>/dev/null 2>&1 </dev/null';

/** Connects to a port of loopback, where nobody but the step itself listens; nothing is sent. */
function connectTo(port: number, program = 'nc'): string {
  return `${SERVE} serve ${port} ${SILENT} & l=$!; sleep 0.3; ${program} 127.0.0.1 ${port} ${SILENT} & c=$!; sleep 0.3; kill $l $c 2>/dev/null; wait; true`;
}

/** The articles' tests of their policies, in the order of the second one. */
export const drillSteps: readonly DrillStep[] = [
  {
    name: 'shell',
    title: 'somebody opens a shell in the container and looks around',
    tags: ['allowed-processes', 'shells'],
    script: 'ls / >/dev/null',
    needs: ['ls'],
  },
  {
    name: 'image',
    title: 'a program of a foreign image runs in kube-system',
    tags: ['trusted-images'],
    script: '/bin/true',
    needs: [],
    isOfOwnContainer: true,
  },
  {
    name: 'secret',
    title: 'a secret is read long after the process started',
    tags: ['secrets'],
    script:
      'had=$([ -d /etc/secrets ] && echo 1); mkdir -p /etc/secrets && echo drill > /etc/secrets/seawall-drill; sleep 6; read -r x < /etc/secrets/seawall-drill; rm -f /etc/secrets/seawall-drill; [ -n "$had" ] || rmdir /etc/secrets',
    needs: ['mkdir', 'sleep', 'rm'],
  },
  {
    name: 'kubelet',
    title: 'a connection to the port of a kubelet on this node',
    tags: ['kubelet'],
    script: connectTo(10250),
    needs: ['nc', 'sleep'],
  },
  {
    name: 'user',
    title: 'a tool that changes users is run (it prints its help)',
    tags: ['users'],
    script: `mkdir -p ${FOLDER} && cp /bin/true ${FOLDER}/passwd && ${FOLDER}/passwd --help >/dev/null 2>&1; rm -rf ${FOLDER}`,
    needs: ['cp', 'rm', 'mkdir'],
  },
  {
    name: 'write',
    title: 'a file is written outside of the allowed directories',
    tags: ['allowed-writes', 'etc'],
    script: 'echo drill > /etc/seawall-drill; rm -f /etc/seawall-drill',
    needs: ['rm'],
  },
  {
    name: 'listen',
    title: 'an unexpected port is opened, on loopback',
    tags: ['listening-ports'],
    script: `${SERVE} serve 14444 ${SILENT} & l=$!; sleep 0.3; kill $l 2>/dev/null; wait; true`,
    needs: ['nc', 'sleep'],
  },
  {
    name: 'connection',
    title: 'an unexpected program opens a connection',
    tags: ['outbound-connections'],
    script: connectTo(14445),
    needs: ['nc', 'sleep'],
  },
  {
    name: 'nodeport',
    title: 'a connection to a NodePort',
    tags: ['nodeport'],
    script: connectTo(30999),
    needs: ['nc', 'sleep'],
  },
  {
    name: 'binaries',
    title: 'a file appears in a directory of programs',
    tags: ['binary-directories'],
    script: 'echo drill > /bin/seawall-drill; rm -f /bin/seawall-drill',
    needs: ['rm'],
  },
  {
    name: 'dropped-program',
    title: 'a program that is not in the image uses the network',
    tags: ['system-programs'],
    script: `mkdir -p ${FOLDER} && for f in /bin/nc /usr/bin/nc /usr/local/bin/nc; do [ -x $f ] && cp $f ${FOLDER}/nc && break; done; ${connectTo(14446, `${FOLDER}/nc`)}; rm -rf ${FOLDER}`,
    needs: ['nc', 'cp', 'rm', 'mkdir', 'sleep'],
  },
];
