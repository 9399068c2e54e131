import { createCaseRunner, readCaseFile } from '@seawall/agent/cases';
import { isSeawallError } from '@seawall/base';
import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import { loadRules } from '@seawall/rules';
import { feedFiles } from './support/feed-texts.ts';
import { mutateText } from './support/mutate-text.ts';
import { createRandom } from './support/random.ts';
import { yamlFragments } from './support/yaml-fragments.ts';

export const title = 'damaged files of rule cases: read and played, or refused with a place';

/** @returns how many files were played and refused. @throws at the first crash, hang or error without a place. */
export async function run({ seed, iterations = 5_000 }: { seed: number; iterations: number | undefined }) {
  const random = createRandom(seed);
  const played = await feedFiles('tests/fuzz.test.yaml', {
    ...{ seed, iterations, slowest: 10_000 },
    make: () => mutateText(random, seedCaseFiles, yamlFragments),
    feed: playOnce,
  });
  return `${iterations} files: ${played} played, ${iterations - played} refused`;
}

const syscallCatalogue = createSyscallCatalogue();
const auditCatalogue = createAuditCatalogue();

const { ruleSet } = loadRules(
  [
    {
      name: 'fuzz.yaml',
      content: `- rule: Calls
  desc: d
  condition: evt.type in (execve, open, openat, connect, sendto, mkdir, listen, dup2, rename) and proc.name != nobody
  output: "%proc.cmdline %fd.name %container.image"
  priority: INFO
- rule: Requests
  desc: d
  condition: ka.verb exists
  output: "%ka.user.name %ka.target.name"
  priority: INFO
  source: k8s_audit
`,
    },
  ],
  [syscallCatalogue, auditCatalogue],
);

async function playOnce(path: string): Promise<boolean> {
  try {
    const { cases } = readCaseFile(path);
    const runner = createCaseRunner({ ruleSet: ruleSet!, syscallCatalogue, auditCatalogue });
    for (const ruleCase of cases.slice(0, 20)) await runner.run(ruleCase);
    return true;
  } catch (error) {
    // Paths that the damage made name no file: that is told with the path.
    if (isSeawallError(error, 'agent/CASES_UNREADABLE')) return false;
    if (isSeawallError(error, 'events/CAPTURE_UNREADABLE')) return false;
    if (!isSeawallError(error, 'agent/CASES_INVALID')) throw error;
    const { problems } = error.details;
    if (typeof problems !== 'string' || !/^.+:[1-9]\d*(?::[1-9]\d*)?: /.test(problems)) {
      throw new Error('no place', { cause: error });
    }
    return false;
  }
}

const seedCaseFiles: readonly string[] = [
  `containers:
  web: {image: "registry.example.com/web:7", pod: shop/web-1, podLabels: {app: web}, mounts: ["/:/host:ro"], privileged: true, age: 3m}
processes:
  app: {exe: /usr/local/bin/app, in: web, age: 10m, uid: 5, vpid: 7, tty: 1, capabilities: [CAP_SYS_ADMIN]}
  shell: {exe: /bin/sh, args: -c id, parent: app, env: [A=b], upperLayer: true}
  id: {exe: /usr/bin/id, parent: shell, memfd: true, cwd: /x}
rule: Calls
cases:
  - name: calls (\${what})
    each: [{what: a}, {what: "7"}]
    enable: [Calls]
    given:
      - shell: execve
      - wait: 7s
      - id: {execve: {exe: /bin/ls, args: [-l, "\${what}"]}}
      - id: {openat: {path: /etc/passwd, flags: O_RDONLY|O_CREAT, error: EACCES}}
      - id: {mkdir: /x}
      - shell: {rename: {from: /a, to: /b}}
      - shell: {connect: "10.0.0.9:443"}
      - shell: {connect: {to: "[::1]:53", protocol: udp, error: EINPROGRESS, as: s}}
      - shell: {dup2: {oldfd: s, newfd: 0, res: 0}}
    expect:
      - {output: shell, fields: {container.image.tag: "7", "proc.aname[2]": x}, times: 1, priority: info}
  - name: sockets
    processes: &more
      other: {exe: /other, in: web, parent: app}
    given:
      - other: execve
      - other: {connect: {unix: /run/x.sock}}
      - other: {sendto: "10.0.0.9:53"}
      - other: {accept4: {from: "10.0.0.9:53", on: "10.0.0.1:80"}}
      - other: {listen: "0.0.0.0:80"}
      - app: {bind: {on: "127.0.0.1:53", protocol: udp}}
      - app: {kill: {pid: 7, sig: SIGKILL, res: 0}}
    expect: alert
`,
  `cases:
  - name: audit
    rule: [Requests]
    given:
      - audit: {verb: create, user: {username: ann}, objectRef: {resource: pods, name: x}, responseStatus: {code: 201}}
      - audit: {verb: patch, requestObject: {spec: {type: "\${asked}"}}, requestReceivedTimestamp: "2026-01-01T00:00:00Z"}
    expect:
      - {fields: {ka.user.name: ann}, times: 1}
  - name: none
    given: []
    expect: none
`,
];
