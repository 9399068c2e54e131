import type { PluginRequirement } from '@seawall/rules';

/**
 * Falco's plugins whose work Seawall does itself, with the versions whose fields it has: what rule files may ask for
 * in `required_plugin_versions`.
 */
export const builtInPlugins: readonly PluginRequirement[] = [
  { name: 'container', version: '0.7.2' },
  { name: 'k8saudit', version: '0.18.0' },
  { name: 'json', version: '0.7.4' },
];
