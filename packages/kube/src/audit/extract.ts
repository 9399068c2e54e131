import { compactText, type JsonNode, memberOf, nodeAt, stringOf, textOf } from '../json/node.ts';

/**
 * Reading values out of an audit event the way Falco's k8saudit plugin does: what is missing or of the wrong shape is
 * "no value" (undefined), and so is a list without items.
 */

/** The text at the end of a path: a string's content, else JSON. */
export function textAt(event: JsonNode, path: readonly string[]): string | undefined {
  const node = nodeAt(event, path);
  return node === undefined ? undefined : textOf(node);
}

/** The texts of the list at the end of a path; no value where it is no list. */
export function listAt(event: JsonNode, path: readonly string[]): readonly string[] | undefined {
  const node = nodeAt(event, path);
  return node?.kind === 'array' ? nonEmpty(node.items.map(textOf)) : undefined;
}

/**
 * All values at the end of a path, going through every item of the lists on the way, or through the one item at
 * `index` of each. Where an item lacks the rest of the path, its place holds undefined.
 * @returns undefined where the path ends early outside of a list.
 */
export function valuesAt(
  start: JsonNode,
  path: readonly string[],
  index: number | undefined,
): readonly (JsonNode | undefined)[] | undefined {
  let node: JsonNode | undefined = start;
  for (const [depth, name] of path.entries()) {
    if (node.kind === 'array') {
      if (index === undefined) {
        const rest = path.slice(depth);
        return node.items.flatMap((item) => valuesAt(item, rest, index) ?? [undefined]);
      }
      node = node.items[index];
      if (node === undefined) return undefined;
    }
    node = memberOf(node, name);
    if (node === undefined) return undefined;
  }
  return [node];
}

/** The texts of what is there among the values. */
export function textsOf(
  values: readonly (JsonNode | undefined)[] | undefined,
): readonly string[] | undefined {
  return nonEmpty(present(values).map(textOf));
}

/** The texts of all values; none at all when one is missing. */
export function completeTextsOf(
  values: readonly (JsonNode | undefined)[] | undefined,
): readonly string[] | undefined {
  if (values === undefined || values.includes(undefined)) return undefined;
  return textsOf(values);
}

/** Each value a list of strings, joined by spaces: commands and arguments. */
export function joinedTextsOf(
  values: readonly (JsonNode | undefined)[] | undefined,
): readonly string[] | undefined {
  const texts: string[] = [];
  for (const value of present(values)) {
    if (value.kind !== 'array') return undefined;
    const words = value.items.map(stringOf);
    if (words.includes(undefined)) return undefined;
    texts.push(words.join(' '));
  }
  return nonEmpty(texts);
}

/** The texts inside those values that are lists, as one list. */
export function flattenedTextsOf(
  values: readonly (JsonNode | undefined)[] | undefined,
): readonly string[] | undefined {
  return nonEmpty(
    present(values).flatMap((value) => (value.kind === 'array' ? value.items.map(textOf) : [])),
  );
}

/** The ports that containers open on the host: `hostPort`, else `containerPort` (the host's with host networking). */
export function hostPortsOf(
  values: readonly (JsonNode | undefined)[] | undefined,
): readonly string[] | undefined {
  const texts: string[] = [];
  for (const value of present(values)) {
    if (value.kind !== 'array') return undefined;
    for (const port of value.items) {
      const node = memberOf(port, 'hostPort') ?? memberOf(port, 'containerPort');
      if (node !== undefined) texts.push(textOf(node));
    }
  }
  return nonEmpty(texts);
}

/** An image reference without tag and digest, cut at the first colon as Falco cuts it (so a registry's port ends it). */
export function repositoryOf(image: string): string {
  return image.split(':', 1)[0].split('@', 1)[0];
}

/** The kinds of the volumes: every member of a volume but its name. */
export function volumeTypesOf(
  values: readonly (JsonNode | undefined)[] | undefined,
): readonly string[] | undefined {
  return nonEmpty(
    present(values).flatMap((volume) =>
      volume.kind === 'object'
        ? volume.members.map(({ name }) => name).filter((name) => name !== 'name')
        : [],
    ),
  );
}

/** The subjects of a role binding that are of a kind; of service accounts `namespace:name` where asked for. */
export function subjectNames(
  event: JsonNode,
  kind: 'User' | 'Group' | 'ServiceAccount',
  isNamespaced: boolean,
): readonly string[] | undefined {
  const subjects = nodeAt(event, ['requestObject', 'subjects']);
  if (subjects?.kind !== 'array') return undefined;
  const names: string[] = [];
  for (const subject of subjects.items) {
    const subjectKind = memberOf(subject, 'kind');
    const name = memberOf(subject, 'name');
    if (subjectKind === undefined || name === undefined || textOf(subjectKind) !== kind) continue;
    const namespace = memberOf(subject, 'namespace');
    if (!isNamespaced) names.push(textOf(name));
    else if (namespace !== undefined) names.push(`${textOf(namespace)}:${textOf(name)}`);
  }
  return nonEmpty(names);
}

/** The first value of a query parameter of the request's URI; none when the URI or its query is malformed. */
export function queryParameter(event: JsonNode, name: string): string | undefined {
  const uri = textAt(event, ['requestURI'])?.split('#', 1)[0];
  if (uri === undefined || /[\u0000-\u001f\u007f]/.test(uri)) return undefined;
  const start = uri.indexOf('?');
  const path = start === -1 ? uri : uri.slice(0, start);
  if (decodePercent(path) === undefined || start === -1) return undefined;
  let found: string | undefined;
  for (const pair of uri.slice(start + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const key = decodeQuery(equals === -1 ? pair : pair.slice(0, equals));
    const value = decodeQuery(equals === -1 ? '' : pair.slice(equals + 1));
    if (key === undefined || value === undefined || pair.includes(';')) return undefined;
    if (key === name) found ??= value;
  }
  return found;
}

/** A pointer of RFC 6901 (the first slash may be left out); the whole event for the empty one. */
export function pointedText(event: JsonNode, pointer: string): string | undefined {
  if (pointer === '') return compactText(event);
  const names = (pointer.startsWith('/') ? pointer.slice(1) : pointer)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  return textAt(event, names);
}

function decodeQuery(text: string): string | undefined {
  return decodePercent(text.replaceAll('+', ' '));
}

function decodePercent(text: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  return text.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function present(values: readonly (JsonNode | undefined)[] | undefined): readonly JsonNode[] {
  return (values ?? []).filter((value) => value !== undefined);
}

function nonEmpty(texts: readonly string[]): readonly string[] | undefined {
  return texts.length === 0 ? undefined : texts;
}
