import { parseDocument } from 'yaml';

type Plain = string | number | boolean | readonly string[];

/** Sets (or with undefined removes) a dotted key in a YAML or JSON configuration; comments and order stay. */
export function editConfigurationKey(
  text: string,
  key: string,
  value: Plain | undefined,
): string | undefined {
  const path = key.split('.');
  if (/^\s*\{/.test(text)) return editJson(text, path, value);
  const document = parseDocument(text);
  if (document.errors.length > 0) return undefined;
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, Array.isArray(value) ? document.createNode(value, { flow: true }) : value);
  // kubeadm writes lists without indenting them; keep to what is there, so that the diff shows the change alone.
  const hasIndentedLists = /\n(\s*)[\w-]+:\n\1\s+- /.test(`\n${text}`);
  return document.toString({ lineWidth: 0, indentSeq: hasIndentedLists, flowCollectionPadding: false });
}

function editJson(text: string, path: readonly string[], value: Plain | undefined): string | undefined {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return undefined;
  }
  let here = root as Record<string, unknown>;
  for (const key of path.slice(0, -1)) {
    here[key] = typeof here[key] === 'object' && here[key] !== null ? here[key] : {};
    here = here[key] as Record<string, unknown>;
  }
  if (value === undefined) delete here[path.at(-1)!];
  else here[path.at(-1)!] = value;
  const indent = /\n([ \t]+)"/.exec(text)?.[1];
  return JSON.stringify(root, undefined, indent) + (text.endsWith('\n') ? '\n' : '');
}

/** Every writing of a flag in free text (unit files, environment files): `--name=value`, `--name value`, `--name`. */
function flagPattern(flag: string, isBoolean: boolean): RegExp {
  const name = flag.replaceAll('-', '[-_]');
  const spaced = isBoolean ? '' : '|[ \\t]+[^\\s"\'-][^\\s"\'\\\\]*';
  return new RegExp(`--?${name}(?:=[^\\s"'\\\\]*${spaced})?(?=[\\s"'\\\\]|$)`, 'g');
}

/** Replaces (or with undefined takes out) a flag where it stands in a text; undefined when it isn't there. */
export function replaceFlagInText(
  text: string,
  flag: string,
  value: string | undefined,
  isBoolean: boolean,
): string | undefined {
  const pattern = flagPattern(flag, isBoolean);
  if (!pattern.test(text)) return undefined;
  return text.replace(flagPattern(flag, isBoolean), value === undefined ? '' : `--${flag}=${value}`);
}

/** Adds a flag to the last ExecStart that starts something. */
export function appendToExecStart(text: string, flag: string, value: string): string | undefined {
  const lines = text.split('\n');
  let last = -1;
  for (const [index, line] of lines.entries()) if (/^\s*ExecStart\s*=\s*\S/.test(line)) last = index;
  if (last < 0) return undefined;
  while (lines[last]!.endsWith('\\') && last + 1 < lines.length) last += 1;
  return lines.with(last, `${lines[last]!.trimEnd()} --${flag}=${value}`).join('\n');
}

/** Sets a directive of [Service] in a unit's text. */
export function setUnitDirective(text: string, directive: string, value: string): string {
  const present = new RegExp(`^\\s*${directive}\\s*=.*$`, 'm');
  if (present.test(text)) return text.replace(present, `${directive}=${value}`);
  if (/^\s*\[Service\]\s*$/m.test(text)) {
    return text.replace(/^(\s*\[Service\]\s*)$/m, (line) => `${line.trimEnd()}\n${directive}=${value}`);
  }
  return `${text}${text.endsWith('\n') || text === '' ? '' : '\n'}[Service]\n${directive}=${value}\n`;
}

/** Sets (or with undefined removes) a flag in a file that holds one flag a line. */
export function editArgumentsFile(text: string, flag: string, value: string | undefined): string {
  const line = value === undefined ? '' : `--${flag}=${value}`;
  const pattern = new RegExp(`^\\s*--?${flag.replaceAll('-', '[-_]')}(?:[= ].*)?$`, 'm');
  if (pattern.test(text)) return text.replace(pattern, line).replace(/\n{2,}/g, '\n');
  if (line === '') return text;
  return `${text}${text.endsWith('\n') || text === '' ? '' : '\n'}${line}\n`;
}

/** Sets (or with undefined removes) `flag=value` in one of the lists of a k3s configuration, such as `kubelet-arg`. */
export function editK3sArgument(
  text: string,
  key: string,
  flag: string,
  value: string | undefined,
): string | undefined {
  const document = parseDocument(text === '' ? '{}\n' : text);
  if (document.errors.length > 0) return undefined;
  const current = document.toJS() as Record<string, unknown> | null;
  const given = current?.[key];
  const list = (Array.isArray(given) ? given : given === undefined || given === null ? [] : [given]).map(
    String,
  );
  const kept = list.filter((item) => item.replace(/^--/, '').split('=')[0] !== flag);
  const next = value === undefined ? kept : [...kept, `${flag}=${value}`];
  if (next.length === 0) document.delete(key);
  else document.set(key, document.createNode(next));
  return document.toString({ lineWidth: 0 });
}

/** Sets `NAME=value` in an environment file; undefined value takes the line out. */
export function editEnvironmentFile(text: string, name: string, value: string | undefined): string {
  const pattern = new RegExp(`^\\s*(?:export\\s+)?${name}=.*$\\n?`, 'm');
  const line =
    value === undefined ? '' : `${name}=${/^[\w./:,@-]*$/.test(value) ? value : JSON.stringify(value)}\n`;
  if (pattern.test(text)) return text.replace(pattern, line);
  return `${text}${text.endsWith('\n') || text === '' ? '' : '\n'}${line}`;
}
