import { mutateText } from './mutate-text.ts';
import type { Random } from './random.ts';
import { yamlFragments } from './yaml-fragments.ts';

/** Rule files that use every item and key: what mutations start from. */
export const seedRuleFiles: readonly string[] = [
  `- required_engine_version: 0.31.0
- required_plugin_versions:
  - name: container
    version: 0.4.0
    alternatives:
      - name: other
        version: 0.1.0
- list: shells
  items: [sh, bash, "a b"]
- list: more
  items: [shells, zsh]
- macro: spawned
  condition: evt.type in (execve, execveat) and evt.res = 0
- macro: shell
  condition: (spawned and proc.name in (shells, more))
- rule: A shell
  desc: a shell was started
  condition: >
    shell and not proc.pname in (more)
    and proc.cmdline contains "-i"
  output: shell %proc.name[0] %10user.name (%proc.aname[2]) %toupper(proc.name)
  priority: WARNING
  tags: [process, mitre_execution]
  exceptions:
    - name: parents
      fields: [proc.pname, fd.name]
      comps: [in, startswith]
      values:
        - [[cron, "systemd"], /var/log]
    - name: names
      fields: proc.name
      values: [x, y]
`,
  `- rule: Base
  desc: base
  condition: evt.type = open and fd.name startswith /etc
  output: "%fd.name"
  priority: info
  source: syscall
  enabled: true
  capture: false
  capture_duration: 500
  warn_evttypes: true
  skip-if-unknown-filter: true
- rule: Base
  condition: and not proc.name = vi
  exceptions:
    - name: ex
      fields: [proc.name]
      values: [[a]]
  override:
    condition: append
    exceptions: append
- rule: Base
  priority: ERROR
  enabled: false
  tags: [x]
  override: {priority: replace, enabled: replace, tags: append}
---
- macro: m
  condition: a or b
- macro: a
  condition: evt.type = close
  append: true
- rule: Base
  enabled: yes
`,
  `- rule: Audit
  desc: audit
  condition: ka.verb in (create, update) and ka.target.resource = pods and jevt.value[/a/b] exists
  output: user=%ka.user.name %jevt.value[/x]
  priority: NOTICE
  source: k8s_audit
`,
  `- macro: &name loop
  condition: *name
- macro: deep
  condition: ((((((((evt.num > 0 and (evt.type = open or not evt.type = close)))))))))
- list: l
  items: [l, l]
- rule: é ünïcode 🙂
  desc: |
    text
  condition: deep and proc.name in (l) or proc.name regex '^(a+)+$' or len(proc.name) > 3
  output: é %evt.type
  priority: debug
`,
];

/** What rules are made of, put together wrongly. */
const fragments: readonly string[] = [
  ...yamlFragments,
  '%',
  '- []\n',
  '- {}\n',
  '- null\n',
  'not ',
  ' and ',
  ' or ',
  '(',
  ')',
  'in (',
  'startswith oneof ',
  'tolower(',
  'val(',
  'evt.type',
  'evt.arg[1]',
  'proc.nobody',
  'override:\n    condition: append\n',
  'append: true\n',
  'enabled: maybe\n',
  'priority: 99999999999999999999\n',
  '- macro: deep\n  condition: deep\n',
];

/** One of the files with some pieces taken out, doubled, swapped, put in or taken from another file. */
export function mutateRuleFile(random: Random, seeds: readonly string[]): string {
  return mutateText(random, seeds, fragments);
}
