import {
  componentFacts,
  computeEffectiveConfiguration,
  discoverInstances,
  formatOrigin,
  formatSettingValue,
  type SettingState,
} from '@seawall/posture';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { outputOption } from '../output-option.ts';
import { renderTable } from '../terminal/table.ts';
import { addNodeOptions, type NodeOptions, openNode, parseComponents, requireComponents } from './options.ts';

interface ShowOptions extends NodeOptions {
  readonly output: OutputFormat;
  readonly all?: true;
}

/** `seawall posture show [component...]` */
export function addShowCommand(parent: Command, context: CommandContext): void {
  addNodeOptions(
    parent.command('show [component...]').description('what is in effect, and where each value comes from'),
  )
    .option('--all', 'show settings that are not set, too')
    .addOption(outputOption())
    .action((components: readonly string[], options: ShowOptions) => {
      const chosen = parseComponents(components);
      const { node } = openNode(options);
      const { instances, gaps } = discoverInstances(node);
      const shown = instances
        .filter(({ component }) => chosen.length === 0 || chosen.includes(component))
        .map((instance) => ({
          instance,
          settings: [...computeEffectiveConfiguration(instance).settings.values()],
        }));
      const { output, errors } = context.terminal;
      for (const gap of gaps) errors.write(`not looked into: ${gap}\n`);
      if (options.output === 'json') {
        const data = shown.map(({ instance, settings }) => ({
          component: instance.component,
          label: instance.label,
          notes: instance.notes,
          settings: settings.map(asData),
        }));
        output.write(`${JSON.stringify(data, undefined, 2)}\n`);
        requireComponents(chosen, instances, options);
        return;
      }
      if (instances.length === 0) output.write('no Kubernetes component was found here\n');
      for (const [index, { instance, settings }] of shown.entries()) {
        const visible = settings.filter(
          (state) => options.all === true || state.kind === 'unknown' || state.setting.value !== undefined,
        );
        const columns = ['SETTING', 'VALUE', 'FROM', 'INSTEAD OF'].map((title) => ({ title }));
        output.write(`${index === 0 ? '' : '\n'}${output.palette.strong(instance.label)}\n`);
        const { settings: facts } = componentFacts[instance.component];
        const durations = new Set(facts.filter(({ type }) => type === 'duration').map(({ name }) => name));
        output.write(
          renderTable(
            columns,
            visible.map((state) => asRow(state, durations)),
          ),
        );
      }
      requireComponents(chosen, instances, options);
    });
}

function asRow(state: SettingState, durations: ReadonlySet<string>): string[] {
  if (state.kind === 'unknown') return [state.name, '(unknown)', state.missing];
  const { name, value, origin, overridden } = state.setting;
  const unit = durations.has(name) && value !== undefined ? ' s' : '';
  const lost = overridden.map(
    (source) => `${formatSettingValue(source.value)} (${formatOrigin(source.origin)})`,
  );
  return [name, formatSettingValue(value) + unit, formatOrigin(origin), lost.join('; ')];
}

function asData(state: SettingState): unknown {
  if (state.kind === 'unknown') return { name: state.name, missing: state.missing };
  const { name, value, origin, overridden, caveat } = state.setting;
  return { name, value: value ?? null, origin, overridden, ...(caveat === undefined ? {} : { caveat }) };
}
