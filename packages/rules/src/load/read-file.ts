import type { LoadErrorCode } from './codes.ts';
import type { Reading } from './collection.ts';
import { contextOfFile, contextOfNode, contextOfOffset, type ItemContext } from './context.ts';
import { type FoundProblem, failLoading, problemOf } from './message.ts';
import { readList } from './read-list.ts';
import { readMacro } from './read-macro.ts';
import { readRequiredEngineVersion, readRequiredPluginVersions } from './read-requirements.ts';
import { readRule } from './read-rule.ts';
import { schemaWarnings } from './schema.ts';
import { COMPLEX_KEY, getValue, isYamlProblem, parseYaml, type YamlNode } from './yaml.ts';
import { explainYamlProblem } from './yaml-problem.ts';

export interface ReadFileResult {
  /** What stopped the file; what stands before it in the file is collected. */
  readonly error: FoundProblem<LoadErrorCode> | undefined;
  /** What the schema of rule files has against it; undefined when it is no YAML at all. */
  readonly schemaWarnings: readonly string[] | undefined;
}

/** Reads a rule file into the collection. Warnings go to `reading.warnings`. Stops at the first error, as Falco. */
export function readFile(reading: Reading): ReadFileResult {
  const context = contextOfFile(reading.file);
  const documents = parseYaml(reading.file);
  if (isYamlProblem(documents)) {
    const { offset, ...explained } = explainYamlProblem(reading.file, documents);
    const exact = contextOfOffset(offset, context);
    // Falco's reader fails at such a key where Falco doesn't look for a place.
    const at = documents.code === COMPLEX_KEY ? { ...context, place: exact.place } : exact;
    return {
      error: { code: 'LOAD_ERR_YAML_PARSE', ...explained, context: at },
      schemaWarnings: undefined,
    };
  }
  const warnings = documents.flatMap(schemaWarnings);
  try {
    for (const document of documents) readDocument(document, context, reading);
  } catch (error) {
    const found = problemOf(error);
    if (found === undefined) throw error;
    return { error: found, schemaWarnings: warnings };
  }
  return { error: undefined, schemaWarnings: warnings };
}

function readDocument(document: YamlNode, context: ItemContext, reading: Reading): void {
  if (document.kind === 'null') return;
  if (document.kind === 'scalar') {
    failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: 'Rules content is not yaml',
      context,
      hint: "a rule file is a list of items that begin with '- rule:', '- macro:' or '- list:'",
    });
  } else if (document.kind === 'mapping') {
    failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: 'Rules content is not yaml array of objects',
      context,
      hint: "begin each item with '- ', such as '- rule: ...'",
    });
  } else {
    for (const item of document.items) if (item.kind !== 'null') readItem(item, context, reading);
  }
}

function readItem(item: YamlNode, parent: ItemContext, reading: Reading): void {
  const context = contextOfNode(item, 'rules content item', '', parent);
  if (item.kind !== 'mapping') {
    failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: 'Unexpected element type. Each element should be a yaml associative array.',
      context,
      hint: "write an item such as '- list: NAME' with 'items: [...]' below it",
    });
  } else if (getValue(item, 'required_engine_version')) readRequiredEngineVersion(item, parent, reading);
  else if (getValue(item, 'required_plugin_versions')) readRequiredPluginVersions(item, parent, reading);
  else if (getValue(item, 'list')) readList(item, parent, reading);
  else if (getValue(item, 'macro')) readMacro(item, parent, reading);
  else if (getValue(item, 'rule')) readRule(item, parent, reading);
  else {
    reading.warnings.push({
      code: 'LOAD_UNKNOWN_ITEM',
      message: 'Unknown top level item',
      context,
      hint: 'an item has one of the keys rule, macro, list, required_engine_version, required_plugin_versions',
    });
  }
}
