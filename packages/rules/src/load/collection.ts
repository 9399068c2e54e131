import type { LoadWarningCode } from './codes.ts';
import type {
  EngineRequirement,
  ListDefinition,
  MacroDefinition,
  PluginRequirement,
  RuleDefinition,
} from './definitions.ts';
import type { FoundProblem } from './message.ts';
import type { SourceFile } from './source.ts';

/**
 * Everything that the files read so far define. It grows file by file, since a later file may add to, replace or
 * refer to what an earlier one defines. Only the functions of `collect-*.ts` change it.
 */
export interface Collection {
  /** In order of first definition, as are macros and rules: a redefinition keeps the place. */
  readonly lists: Map<string, ListDefinition>;
  readonly macros: Map<string, MacroDefinition>;
  readonly rules: Map<string, RuleDefinition>;
  readonly requiredPlugins: (readonly PluginRequirement[])[];
  requiredEngine: EngineRequirement | undefined;
  /** How many definitions and changes there have been: their order decides which macro sees which. */
  count: number;
}

/** What reading one file needs and leaves behind. */
export interface Reading {
  readonly file: SourceFile;
  readonly collection: Collection;
  readonly warnings: FoundProblem<LoadWarningCode>[];
  /** Whether rules of that source can be loaded. */
  hasSource(source: string): boolean;
  /** Whether a text is a field (with its argument, transformers around it allowed) that conditions of that source can test. */
  hasField(source: string, text: string): boolean;
}

export function createCollection(): Collection {
  return {
    lists: new Map(),
    macros: new Map(),
    rules: new Map(),
    requiredPlugins: [],
    requiredEngine: undefined,
    count: 0,
  };
}

/** Adds a definition, or puts it in the place of the earlier one of that name. */
export function define<Definition extends { readonly name: string; readonly order: number }>(
  collection: Collection,
  definitions: Map<string, Definition>,
  definition: Omit<Definition, 'order' | 'visibility'>,
): void {
  const visibility = collection.count++;
  const order = definitions.get(definition.name as string)?.order ?? visibility;
  const complete = { ...definition, order, visibility } as unknown as Definition;
  definitions.set(complete.name, complete);
}

/** Replaces a definition by a changed one, which is then visible as of now. */
export function change<Definition extends { readonly name: string; readonly visibility: number }>(
  collection: Collection,
  definitions: Map<string, Definition>,
  definition: Definition,
): void {
  definitions.set(definition.name, { ...definition, visibility: collection.count++ });
}
