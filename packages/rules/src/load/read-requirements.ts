import type { Collection, Reading } from './collection.ts';
import { contextOfNode, type ItemContext } from './context.ts';
import { parseUint32, requireScalar, requireText } from './decode.ts';
import type { PluginRequirement } from './definitions.ts';
import { failLoading } from './message.ts';
import { warnOfUnknownKeys } from './unknown-keys.ts';
import {
  compareVersions,
  engineVersion,
  formatVersion,
  isCompatible,
  parseVersion,
  type Version,
} from './version.ts';
import { getValue, type YamlNode } from './yaml.ts';

/** `required_engine_version: 31` (the minor number alone, as it used to be) or `x.y.z`. */
export function readRequiredEngineVersion(item: YamlNode, parent: ItemContext, reading: Reading): void {
  const context = contextOfNode(item, 'required_engine_version', '', parent);
  const text = requireScalar(item, 'required_engine_version', context).value;
  const minor = parseUint32(text);
  const version =
    minor === undefined
      ? parseVersion(text)
      : { major: engineVersion.major, minor, patch: engineVersion.patch };
  if (version === undefined) {
    failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: `Unable to parse engine version '${text}' as a semver string. Expected "x.y.z" semver format.`,
      context,
      hint: `this engine is ${formatVersion(engineVersion)}`,
    });
  }
  requireEngine(reading.collection, version, context);
  warnOfUnknownKeys(item, ['required_engine_version'], context, reading);
}

function requireEngine(collection: Collection, version: Version, context: ItemContext): void {
  if (!isCompatible(engineVersion, version)) {
    failLoading({
      code: 'LOAD_ERR_VALIDATE',
      message: `Rules require engine version ${formatVersion(version)}, but engine version is ${formatVersion(engineVersion)}`,
      context,
      hint: 'use the rule file that was released for this engine version, or upgrade',
    });
  }
  const known = collection.requiredEngine;
  if (known === undefined || compareVersions(known.version, version) < 0) {
    collection.requiredEngine = { version, context };
  }
}

/** `required_plugin_versions`: name and version each, with alternatives any of which will do. */
export function readRequiredPluginVersions(item: YamlNode, parent: ItemContext, reading: Reading): void {
  const value = getValue(item, 'required_plugin_versions')!;
  const context = contextOfNode(value, 'required plugin versions', '', parent);
  if (value.kind !== 'sequence') {
    failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: 'Value of required_plugin_versions must be a sequence',
      context,
      hint: "write one '- name: ...' with a 'version: ...' below it for each plugin",
    });
  }
  for (const plugin of value.items) {
    reading.collection.requiredPlugins.push(readAlternatives(plugin, context));
  }
  const itemContext = contextOfNode(item, 'required plugin versions', '', parent);
  warnOfUnknownKeys(item, ['required_plugin_versions'], itemContext, reading);
}

function readAlternatives(plugin: YamlNode, parent: ItemContext): readonly PluginRequirement[] {
  const unnamed = contextOfNode(plugin, 'required plugin versions entry', '', parent);
  requireMapping(plugin, 'Plugin version must be a mapping', unnamed);
  const name = requireText(plugin, 'name', unnamed);
  const context = contextOfNode(plugin, 'required plugin versions entry', name, parent);
  const requirements = [{ name, version: requireText(plugin, 'version', context) }];
  const alternatives = getValue(plugin, 'alternatives');
  if (alternatives !== undefined) {
    if (alternatives.kind !== 'sequence') {
      return failLoading({
        code: 'LOAD_ERR_YAML_VALIDATE',
        message: 'Value of plugin version alternatives must be a sequence',
        context,
      });
    }
    for (const alternative of alternatives.items) requirements.push(readAlternative(alternative, context));
  }
  checkAlternatives(requirements, context);
  return requirements;
}

function readAlternative(alternative: YamlNode, parent: ItemContext): PluginRequirement {
  const unnamed = contextOfNode(alternative, 'required plugin versions alternative', '', parent);
  requireMapping(alternative, 'Plugin version alternative must be a mapping', unnamed);
  const name = requireText(alternative, 'name', unnamed);
  const context = contextOfNode(alternative, 'required plugin versions alternative', name, parent);
  return { name, version: requireText(alternative, 'version', context) };
}

function checkAlternatives(requirements: readonly PluginRequirement[], context: ItemContext): void {
  const names = new Set<string>();
  for (const { name, version } of requirements) {
    if (parseVersion(version) === undefined) {
      failLoading({
        code: 'LOAD_ERR_VALIDATE',
        message: `Invalid required version '${version}' for plugin '${name}'`,
        context,
        hint: 'write three numbers, such as 0.7.0',
      });
    }
    if (names.has(name)) {
      failLoading({
        code: 'LOAD_ERR_VALIDATE',
        message: `Defined multiple alternative version requirements for plugin '${name}'`,
        context,
        hint: 'keep one of them',
      });
    }
    names.add(name);
  }
}

function requireMapping(node: YamlNode, message: string, context: ItemContext): void {
  if (node.kind !== 'mapping') failLoading({ code: 'LOAD_ERR_YAML_VALIDATE', message, context });
}
