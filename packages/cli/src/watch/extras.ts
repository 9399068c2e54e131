import { isSeawallError } from '@seawall/base';
import { createOutputFormat, type FieldCatalogue, type LoadOptions, nearestName } from '@seawall/rules';
import { errors } from '../errors.ts';
import type { Extra, WatchSettings } from './settings.ts';

/** What is added to the alerts of rules, each part to the rules of the sources that know all its fields. */
export interface RuleExtras {
  readonly output: NonNullable<LoadOptions['extraOutput']>;
  readonly fields: NonNullable<LoadOptions['extraFields']>;
  /** What no rule of the watched source gets, a sentence each. */
  readonly remarks: readonly string[];
}

type Catalogue = FieldCatalogue<never>;

/** Why a catalogue can't show what is to be added; undefined where it can. */
type ProblemIn = (text: string, catalogue: Catalogue) => string | undefined;

/**
 * Finds for each text and field that is to be added the sources that can show it: a rule of another source would be
 * blamed for what the command line asks.
 * @param watched the source whose rules run.
 * @throws cli/OPTION_INVALID where no source can show it.
 */
export function createExtras(
  { extraOutputs, extraFields }: WatchSettings,
  catalogues: readonly Catalogue[],
  watched: string,
): RuleExtras {
  const remarks: string[] = [];
  const sourcesOf = ({ text, option, value }: Extra, problemIn: ProblemIn): readonly string[] => {
    const sources = catalogues
      .filter((catalogue) => problemIn(text, catalogue) === undefined)
      .map(({ source }) => source);
    if (sources.length === 0) {
      // Most likely a field of what is watched was meant.
      const meant = catalogues.find(({ source }) => source === watched) ?? catalogues[0];
      throw errors.create('OPTION_INVALID', { option, value, problem: problemIn(text, meant) });
    }
    if (!sources.includes(watched))
      remarks.push(
        `${option} ${value} adds nothing: it is for rules about ${sources.join(' and ')}, and those about ${watched} run`,
      );
    return sources;
  };
  return {
    output: extraOutputs.flatMap((extra) =>
      sourcesOf(extra, problemOfText).map((source) => ({ source, format: extra.text })),
    ),
    fields: extraFields.flatMap((extra) =>
      sourcesOf(extra, problemOfField).map((source) => {
        const { text: name } = extra;
        return { source, name, format: `%${name}`, isRaw: true };
      }),
    ),
    remarks,
  };
}

const problemOfText: ProblemIn = (text, catalogue) => {
  try {
    createOutputFormat(text, catalogue);
    return undefined;
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    return error.message;
  }
};

const problemOfField: ProblemIn = (name, catalogue) => {
  try {
    const { names } = createOutputFormat(`%${name}`, catalogue);
    // A shorter field with text behind it reads as well, and so does a transformer, which JSON leaves out.
    if (names.length === 1 && names[0] === name) return undefined;
  } catch (error) {
    if (!isSeawallError(error)) throw error;
  }
  const nearest = nearestName(name, catalogue.fields.keys());
  const hint = nearest === undefined ? '' : ` (is it ${nearest}?)`;
  return `that is no field that alerts can show${hint}: \`seawall rules fields\` lists them`;
};
