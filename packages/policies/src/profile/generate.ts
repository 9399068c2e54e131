import { bytesFromText, textFromBytes } from '@seawall/rules';
import { stringify } from 'yaml';
import { type Behaviour, behaviours } from './behaviours.ts';
import { cutName, fitsList, listItem } from './list-items.ts';
import type { PodProfile, Profile } from './profile.ts';
import { identifierOf, labelOf, scopeCondition, scopeMacroOf } from './scope.ts';

const LINE_WIDTH = 110;

/** A container's mounts that are looked at: by their places, since no field has them all. */
const MOUNTS_LOOKED_AT = 16;

const onMounts = Array.from(
  { length: MOUNTS_LOOKED_AT },
  (_, place) => `proc.exepath startswith concat(container.mount.dest[${place}], "/")`,
).join('\n       or ');

/**
 * What generated rules share, each under its name; a file holds those that its rules use.
 * Falco's own `outbound` leaves private addresses out, so it is not used. In a new container the runtime itself acts
 * first: it sets the container up under a name of its own, and starts the pod's sandbox.
 */
const SHARED: readonly { readonly name: string; readonly text: string }[] = [
  {
    name: 'seawall_program_started',
    text: `\
- macro: seawall_program_started
  condition: (evt.type in (execve, execveat) and evt.rawres = 0)
`,
  },
  {
    name: 'seawall_file_opened',
    text: `\
- macro: seawall_file_opened
  condition: (evt.type in (open, openat, openat2, open_by_handle_at, creat) and fd.typechar = "f" and fd.num >= 0)
`,
  },
  {
    name: 'seawall_file_opened_to_read',
    text: `\
- macro: seawall_file_opened_to_read
  condition: (seawall_file_opened and evt.is_open_read = true)
`,
  },
  {
    name: 'seawall_file_opened_to_write',
    text: `\
- macro: seawall_file_opened_to_write
  condition: (seawall_file_opened and (evt.type = creat or evt.is_open_write = true))
`,
  },
  {
    name: 'seawall_connects_out',
    text: `\
- macro: seawall_connects_out
  condition: >
    ((evt.type = connect or
      (evt.type in (sendto, sendmsg) and fd.l4proto = udp and fd.connected = false and fd.name_changed = true))
     and fd.typechar in (4, 6)
     and (evt.rawres >= 0 or evt.res = EINPROGRESS))
`,
  },
  {
    name: 'seawall_port_opened',
    text: `\
- macro: seawall_port_opened
  condition: (evt.type = listen and evt.rawres = 0 and fd.typechar in (4, 6))
`,
  },
  {
    name: 'seawall_runtime_names',
    text: `\
# The runtime's first steps in a new container have its name, and its file, until the pod's program starts.
- list: seawall_runtime_names
  items: [runc, "runc:[0:PARENT]", "runc:[1:CHILD]", "runc:[2:INIT]", crun]
`,
  },
  {
    name: 'seawall_volumes_with_programs',
    text: `\
# Volumes that programs may be started from, where the pod is made so: append them in a file of your own.
- list: seawall_volumes_with_programs
  items: []
`,
  },
  {
    name: 'seawall_program_on_volume',
    text: `\
- macro: seawall_program_on_volume
  condition: >
    (not proc.exepath pmatch (seawall_volumes_with_programs) and
      (${onMounts}))
`,
  },
  {
    name: 'seawall_runtime_process',
    text: `\
- macro: seawall_runtime_process
  condition: >
    (proc.name in (seawall_runtime_names) and (proc.exepath contains runc or proc.exepath contains crun)
     and proc.is_exe_upper_layer = false and not seawall_program_on_volume)
`,
  },
  {
    name: 'seawall_writable_places',
    text: `\
- list: seawall_writable_places
  items: [/tmp, /var/tmp, /run, /var/run, /dev, /proc]
`,
  },
  {
    name: 'seawall_program_of_image',
    text: `\
# A name alone proves nothing: the file must be the image's, not written later, in memory or on a volume.
- macro: seawall_program_of_image
  condition: >
    (proc.is_exe_upper_layer = false and proc.is_exe_from_memfd = false
     and (proc.exepath pmatch (seawall_volumes_with_programs) or not proc.exepath pmatch (seawall_writable_places))
     and not seawall_program_on_volume)
`,
  },
  {
    name: 'seawall_sandbox_process',
    text: `\
# The program that holds a pod's namespaces.
- macro: seawall_sandbox_process
  condition: (proc.name = pause and proc.exepath = /pause and proc.vpid = 1)
`,
  },
];

/** Macros that say what generated rules watch, as a rule file: whoever learns profiles sees by them what the rules will. */
export const behaviourMacros = SHARED.map(({ text }) => text).join('\n');

/**
 * Writes the rules that keep pods to their profile: per pod a macro that says where, a list per behaviour, and a rule
 * per behaviour. Falco loads them as well.
 * @param origin what the rules are made from, for the comment at their top: the profile's file name.
 * @returns the text of a rule file.
 */
export function generateRules(profile: Profile, origin: string): string {
  const sections = profile.map((pod) => podSection(pod, profile)).join('\n');
  return `${header(profile, origin)}\n${sharedText(sections)}\n${sections}`;
}

/** What the sections use of what is shared, and what that uses in turn: it stands in front of it. */
function sharedText(sections: string): string {
  return SHARED.reduceRight(
    (after, { name, text }) =>
      new RegExp(`\\b${name}\\b`).test(`${sections}${after}`)
        ? `${text}${after === '' ? '' : '\n'}${after}`
        : after,
    '',
  );
}

function header(profile: Profile, origin: string): string {
  const pod = profile[0]!;
  const { list, example } = behaviours.find(({ key }) => pod[key] !== undefined)!;
  return `\
# Made by \`seawall profile generate\` from ${origin.replace(/\p{C}/gu, '?')}.
#
# Each rule alerts of what a pod does beyond its profile. To allow more, change the profile and generate again; or add
# to a list in a file of your own that is loaded after this one, and \`seawall profile extract\` makes a profile of both:
#
#   - list: ${list}${identifierOf(pod)}
#     items: [${example}]
#     override: {items: append}

- required_engine_version: 0.62.0
`;
}

function podSection(pod: PodProfile, profile: Profile): string {
  const guarded = behaviours.filter(({ key }) => pod[key] !== undefined);
  const title = labelOf(pod);
  const parts = [
    `# ${'-'.repeat(Math.max(4, LINE_WIDTH - title.length - 3))} ${title}\n`,
    `- macro: ${scopeMacroOf(pod)}\n  condition: >\n${indent(scopeCondition(pod, profile), 4)}\n`,
    ...guarded.flatMap((behaviour) => [...listTexts(behaviour, pod), ruleText(behaviour, pod)]),
  ];
  return parts.join('\n');
}

/** The names of a behaviour's lists for a pod. */
export function listNames(
  { list }: Behaviour,
  pod: PodProfile,
): { readonly allowed: string; readonly cut: string } {
  const allowed = `${list}${identifierOf(pod)}`;
  return { allowed, cut: `cut_${allowed}` };
}

export function ruleName({ title }: Behaviour, pod: PodProfile): string {
  return `${title} (${labelOf(pod)})`;
}

function listTexts(behaviour: Behaviour, pod: PodProfile): string[] {
  const { allowed, cut } = listNames(behaviour, pod);
  const values = pod[behaviour.key]!;
  const items = values.map((value) => itemOf(behaviour, value));
  const none = values.length === 0 ? ' (none)' : '';
  const texts = [listText(`${capitalised(behaviour.comment)}${none}.`, allowed, items)];
  const cuts = cutNames(behaviour, pod);
  if (cuts.size > 0) {
    const explanation = [...cuts].map(([name, kept]) => `${name} is ${textFromBytes(kept)}`).join(', ');
    const kept = [...new Set(cuts.values())];
    // Falco has no way to write them: of such a process there are alerts, which is said where one looks for why.
    const lost = kept.every(fitsList) ? '' : ' Those that end in half a letter no rule can name.';
    const comment = `The kernel keeps 15 bytes of a process's name, so in events ${explanation}.${lost}`;
    texts.push(listText(comment, cut, kept.filter(fitsList).map(listItem)));
  }
  return texts;
}

/** The names of the list that the kernel cuts, and what it keeps of them (byte strings). */
function cutNames({ isOfNames, key }: Behaviour, pod: PodProfile): ReadonlyMap<string, string> {
  const names = isOfNames ? (pod[key] as readonly string[]) : [];
  return new Map(
    names.flatMap((name) => {
      const kept = cutName(name);
      return kept === undefined ? [] : [[name, kept] as const];
    }),
  );
}

function itemOf({ key }: Behaviour, value: string | number): string | number {
  if (typeof value === 'number') return value;
  if (key !== 'peers') return listItem(bytesFromText(value));
  if (value.includes('/')) return value;
  return `${value}/${value.includes(':') ? 128 : 32}`;
}

function listText(comment: string, name: string, items: readonly (string | number)[]): string {
  const oneLine = `  items: ${flowOf(items)}`;
  const written =
    oneLine.length <= LINE_WIDTH
      ? oneLine
      : ['  items:', ...items.map((item) => `    - ${flowOf([item]).slice(1, -1)}`)].join('\n');
  return `# ${comment}\n- list: ${name}\n${written}\n`;
}

function flowOf(items: readonly (string | number)[]): string {
  return stringify(items, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 })
    .trim()
    .replace(/\[\n +/, '[')
    .replace(/\n\]$/, ']');
}

function ruleText(behaviour: Behaviour, pod: PodProfile): string {
  const { allowed, cut } = listNames(behaviour, pod);
  const write = behaviours.find(({ key }) => key === 'write_dir')!;
  const condition = behaviour.condition({
    scope: scopeMacroOf(pod),
    allowed,
    names: cutNames(behaviour, pod).size > 0 ? `${allowed}, ${cut}` : allowed,
    writable: pod.write_dir === undefined ? undefined : listNames(write, pod).allowed,
  });
  const where =
    'pod=%k8s.pod.name namespace=%k8s.ns.name container=%container.id image=%container.image.repository';
  const tags = ['profile', ...behaviour.tags];
  return `\
- rule: ${ruleName(behaviour, pod)}
  desc: In ${labelOf(pod)} ${behaviour.description}.
  condition: >
${indent(condition.join('\nand '), 4)}
  output: >
    ${behaviour.title} (${behaviour.output}
    ${where})
  priority: ${behaviour.priority.toUpperCase()}
  tags: [${tags.join(', ')}]
`;
}

function capitalised(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}

function indent(text: string, by: number): string {
  return text.replace(/^/gm, ' '.repeat(by));
}
