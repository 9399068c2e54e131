import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/** Sets, replaces or (with undefined) removes a flag in the text of a pod manifest; undefined when its command can't be edited. */
export function editManifestFlag(
  text: string,
  container: string,
  flag: string,
  value: string | undefined,
): string | undefined {
  const document = parseDocument(text);
  const node = findContainer(document, container);
  if (node === undefined) return undefined;
  const lists = ['command', 'args'].flatMap((key) => {
    const list = node.get(key);
    return isSeq(list) ? [list as YAMLSeq] : [];
  });
  const uses = lists.flatMap((list) => list.items.filter((item): item is Scalar => isUseOf(item, flag)));
  if (uses.length > 0) return replaceUses(text, uses, flag, value);
  if (value === undefined) return text;
  const list = lists.at(-1);
  return list === undefined ? undefined : appendItem(text, list, `--${flag}=${value}`);
}

function findContainer(document: Document, name: string): YAMLMap | undefined {
  const containers = document.getIn(['spec', 'containers']);
  if (!isSeq(containers)) return undefined;
  return containers.items.find((item): item is YAMLMap => isMap(item) && item.get('name') === name);
}

function isUseOf(item: unknown, flag: string): boolean {
  if (!isScalar(item) || typeof item.value !== 'string') return false;
  const match = /^--?([\w.-]+)(=|$)/.exec(item.value);
  return match !== null && match[1]!.replaceAll('_', '-') === flag;
}

/** The last use takes the value, the others go: in a list they would add to it. */
function replaceUses(text: string, uses: readonly Scalar[], flag: string, value: string | undefined): string {
  let result = text;
  for (const use of uses.toReversed()) {
    const [start, end] = use.range!;
    const isLast = use === uses.at(-1);
    if (value !== undefined && isLast) {
      result = result.slice(0, start) + quote(`--${flag}=${value}`) + result.slice(end);
      continue;
    }
    const lineStart = result.lastIndexOf('\n', start) + 1;
    const lineEnd = result.indexOf('\n', end);
    const isLineOfItsOwn = /^\s*-\s*$/.test(result.slice(lineStart, start));
    result = isLineOfItsOwn
      ? result.slice(0, lineStart) + result.slice(lineEnd < 0 ? result.length : lineEnd + 1)
      : result.slice(0, start).replace(/,\s*$/, '') + result.slice(end);
  }
  return result;
}

function quote(text: string): string {
  return /^[\w./=,:@+-]+$/.test(text) ? text : JSON.stringify(text);
}

function appendItem(text: string, list: YAMLSeq, item: string): string | undefined {
  const last = list.items.at(-1);
  if (!isScalar(last) || last.range == null) return undefined;
  const [start, end] = last.range;
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const prefix = text.slice(lineStart, start);
  if (list.flow === true) return `${text.slice(0, end)}, ${JSON.stringify(item)}${text.slice(end)}`;
  // "command: [..." aside, an item stands after "- " and nothing else on its line.
  if (!/^\s*-\s+$/.test(prefix)) return undefined;
  const lineEnd = text.indexOf('\n', end);
  const cut = lineEnd < 0 ? text.length : lineEnd;
  return `${text.slice(0, cut)}\n${prefix}${quote(item)}${text.slice(cut)}`;
}

/** Gives the container a folder of the node, at the same path; the text unchanged when it has it. */
export function addHostMount(
  text: string,
  container: string,
  path: string,
  isReadOnly: boolean,
): string | undefined {
  const document = parseDocument(text);
  const node = findContainer(document, container);
  const mounts = node?.get('volumeMounts');
  const volumes = document.getIn(['spec', 'volumes']);
  if (!isSeq(mounts) || !isSeq(volumes)) return undefined;
  const isCovered = mounts.items.some((mount) => {
    if (!isMap(mount)) return false;
    const covered = String(mount.get('mountPath'));
    return path === covered || path.startsWith(`${covered}/`);
  });
  if (isCovered) return text;
  const name = `seawall-${path
    .replace(/[^a-z0-9]+/gi, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()}`;
  const withVolume = insertFirst(text, volumes as YAMLSeq, [
    `name: ${name}`,
    'hostPath:',
    `  path: ${path}`,
    '  type: DirectoryOrCreate',
  ]);
  const again = parseDocument(withVolume ?? text);
  const list = findContainer(again, container)?.get('volumeMounts');
  if (withVolume === undefined || !isSeq(list)) return undefined;
  return insertFirst(withVolume, list as YAMLSeq, [
    `name: ${name}`,
    `mountPath: ${path}`,
    ...(isReadOnly ? ['readOnly: true'] : []),
  ]);
}

function insertFirst(text: string, list: YAMLSeq, lines: readonly string[]): string | undefined {
  const first = list.items[0];
  if (!isMap(first) || first.range == null || list.flow === true) return undefined;
  const lineStart = text.lastIndexOf('\n', first.range[0]) + 1;
  const prefix = text.slice(lineStart, first.range[0]);
  if (!/^\s*-\s+$/.test(prefix)) return undefined;
  const indent = ' '.repeat(prefix.length);
  const item = lines.map((line, index) => (index === 0 ? prefix : indent) + line).join('\n');
  return `${text.slice(0, lineStart)}${item}\n${text.slice(lineStart)}`;
}
