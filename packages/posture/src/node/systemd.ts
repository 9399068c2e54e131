import { posix } from 'node:path';
import { splitWords } from './command-line.ts';
import { compareBytes, type FileTree, type Reading } from './tree.ts';

/** What a systemd unit, with its drop-ins, starts. */
export interface Unit {
  readonly name: string;
  /** The unit's own file, then its drop-ins, in the order in which systemd reads them. */
  readonly paths: readonly string[];
  /** The last ExecStart in words, variables put in. */
  readonly command: readonly string[];
  /** The file that this ExecStart stands in. */
  readonly commandPath: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Files named by EnvironmentFile that could be read: path to what each variable in it is. */
  readonly environmentFiles: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** What could not be read, in words. */
  readonly gaps: readonly string[];
  /** Every other directive of [Service], last one wins, for checks of the unit itself. */
  readonly service: Readonly<Record<string, string>>;
}

/** Later folders are overridden by earlier ones, as systemd.unit(5) says. */
const UNIT_FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

/** Finds a unit such as `kubelet.service` in the tree and reads it with its drop-ins. */
export function readUnit(tree: FileTree, name: string): Reading<Unit> {
  let main: string | undefined;
  let failure: Reading<Unit> = { kind: 'missing' };
  const gaps: string[] = [];
  const sections: { path: string; lines: readonly [string, string][] }[] = [];
  for (const folder of UNIT_FOLDERS) {
    const path = posix.join(folder, name);
    const reading = tree.read(path);
    if (reading.kind === 'found') {
      main = path;
      sections.push({ path, lines: readServiceSection(reading.value) });
      break;
    }
    if (reading.kind === 'unreadable') failure = { kind: 'unreadable', reason: `${path}: ${reading.reason}` };
  }
  if (main === undefined) return failure;
  for (const path of findDropIns(tree, name)) {
    const reading = tree.read(path);
    if (reading.kind === 'found') sections.push({ path, lines: readServiceSection(reading.value) });
    else gaps.push(`${path}: ${reading.kind === 'missing' ? 'is gone' : reading.reason}`);
  }
  return { kind: 'found', value: assemble(tree, name, sections, gaps) };
}

function findDropIns(tree: FileTree, name: string): string[] {
  const byName = new Map<string, string>();
  for (const folder of UNIT_FOLDERS) {
    const dropInFolder = posix.join(folder, `${name}.d`);
    const listing = tree.list(dropInFolder);
    if (listing.kind !== 'found') continue;
    for (const file of listing.value) {
      if (file.endsWith('.conf') && !byName.has(file)) byName.set(file, posix.join(dropInFolder, file));
    }
  }
  return [...byName.entries()].sort(([left], [right]) => compareBytes(left, right)).map(([, path]) => path);
}

/** The directives of [Service] in order, continuation lines joined. */
function readServiceSection(text: string): [string, string][] {
  const lines: [string, string][] = [];
  let section = '';
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const header = /^\s*\[([^\]]+)\]\s*$/.exec(line);
    if (header !== null) section = header[1]!;
    else if (section === 'Service' && !/^\s*[#;]/.test(line)) {
      const directive = /^\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(line);
      if (directive !== null) lines.push([directive[1]!, directive[2]!]);
    }
  }
  return lines;
}

function assemble(
  tree: FileTree,
  name: string,
  sections: readonly { path: string; lines: readonly [string, string][] }[],
  gaps: string[],
): Unit {
  let commandLine = '';
  let commandPath = sections[0]!.path;
  let environmentFiles: string[] = [];
  let environment: Record<string, string> = {};
  const service: Record<string, string> = {};
  for (const { path, lines } of sections) {
    for (const [key, value] of lines) {
      if (key === 'ExecStart') {
        commandLine = value;
        if (value !== '') commandPath = path;
      } else if (key === 'Environment') {
        environment = value === '' ? {} : { ...environment, ...readAssignments(splitWords(value)) };
      } else if (key === 'EnvironmentFile') {
        environmentFiles = value === '' ? [] : [...environmentFiles, value];
      } else service[key] = value;
    }
  }
  const files = new Map<string, Readonly<Record<string, string>>>();
  for (const named of environmentFiles) {
    const path = named.replace(/^-/, '');
    const reading = tree.read(path);
    if (reading.kind === 'found') {
      const assignments = readEnvironmentFile(reading.value);
      files.set(path, assignments);
      environment = { ...environment, ...assignments };
    } else if (reading.kind === 'unreadable') gaps.push(`${path}: ${reading.reason}`);
    else if (!named.startsWith('-')) gaps.push(`${path}: is named by EnvironmentFile and does not exist`);
  }
  return {
    name,
    paths: sections.map(({ path }) => path),
    command: expandCommand(commandLine, environment),
    commandPath,
    environment,
    environmentFiles: files,
    gaps,
    service,
  };
}

/** `NAME=value` lines of an environment file; quotes around a value are taken off. */
export function readEnvironmentFile(text: string): Record<string, string> {
  const assignments: Record<string, string> = {};
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line);
    if (match === null) continue;
    const value = match[2]!.trim();
    const quoted = /^(["'])([\s\S]*)\1$/.exec(value);
    assignments[match[1]!] = quoted === null ? value : quoted[2]!;
  }
  return assignments;
}

function readAssignments(words: readonly string[]): Record<string, string> {
  const assignments: Record<string, string> = {};
  for (const word of words) {
    const split = word.indexOf('=');
    if (split > 0) assignments[word.slice(0, split)] = word.slice(split + 1);
  }
  return assignments;
}

/** systemd's expansion: a word that is `$NAME` is split at spaces, `${NAME}` inside a word is not (systemd.service(5)). */
function expandCommand(line: string, environment: Readonly<Record<string, string>>): string[] {
  return splitWords(line.replace(/^[-@:+!]+/, '')).flatMap((word) => {
    const whole = /^\$([A-Za-z_]\w*)$/.exec(word);
    if (whole !== null) return splitWords(environment[whole[1]!] ?? '');
    return [word.replace(/\$\{([A-Za-z_]\w*)\}/g, (_, variable: string) => environment[variable] ?? '')];
  });
}
