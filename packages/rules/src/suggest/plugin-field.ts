/**
 * Of Falco's published plugins (github.com/falcosecurity/plugins, registry.yaml): how the names of their fields begin, the plugin, and the
 * source that rules with such fields have. Those without one add fields to the rules of system calls. `isOurs`: Seawall has that source.
 */
const pluginFields: readonly PluginFields[] = [
  { prefixes: ['ka', 'jevt', 'json'], plugin: 'k8saudit', source: 'k8s_audit', isOurs: true },
  { prefixes: ['ct', 's3', 'ec2', 'ecr'], plugin: 'cloudtrail', source: 'aws_cloudtrail' },
  { prefixes: ['okta'], plugin: 'okta', source: 'okta' },
  { prefixes: ['github'], plugin: 'github', source: 'github' },
  { prefixes: ['gcp'], plugin: 'gcpaudit', source: 'gcp_auditlog' },
  { prefixes: ['docker'], plugin: 'docker', source: 'docker' },
  { prefixes: ['nomad'], plugin: 'nomad', source: 'nomad' },
  { prefixes: ['dnscollector'], plugin: 'dnscollector', source: 'dnscollector' },
  { prefixes: ['salesforce'], plugin: 'salesforce', source: 'salesforce' },
  { prefixes: ['k8smeta'], plugin: 'k8smeta' },
  { prefixes: ['krsi'], plugin: 'krsi' },
  { prefixes: ['anomaly'], plugin: 'anomalydetection' },
];

interface PluginFields {
  readonly prefixes: readonly string[];
  readonly plugin: string;
  readonly source?: string;
  readonly isOurs?: boolean;
}

/**
 * What to say of a field that a source hasn't, where it is one of another source or of a plugin: what is spelt like it is not what was meant.
 * Undefined for all others, and where the source's own fields begin so.
 */
export function hintOfPluginField(
  field: string,
  { source, fields }: { readonly source: string; readonly fields: ReadonlyMap<string, unknown> },
): string | undefined {
  const prefix = field.slice(0, field.indexOf('.') + 1);
  const found = pluginFields.find(({ prefixes }) => prefixes.some((each) => prefix === `${each}.`));
  if (found === undefined || found.source === source) return undefined;
  for (const own of fields.keys()) if (own.startsWith(prefix)) return undefined;
  const { plugin, source: needed, isOurs = false } = found;
  const rule = `a rule with it needs 'source: ${needed}'`;
  if (isOurs) return `'${prefix}' begins fields of another source: ${rule}`;
  const owner = `'${prefix}' begins fields of Falco's plugin ${plugin}, which Seawall does not have`;
  return needed === undefined ? owner : `${owner}: ${rule}, and is left out here`;
}
