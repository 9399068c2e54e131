import { statSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { locateShared } from '../test/shared.ts';

/** How a script is called, and what holds whoever calls it to that: each refusal is one line and ends the process with 2. */
export interface Usage {
  /** Reads the arguments of this process as `parseArgs` does, answers `--help`, and refuses what the script doesn't take. */
  read<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>>;
  /** @returns what was given for that option, refused unless it is a whole number from `least` on. */
  wholeNumber(option: string, given: string, least: number): number;
  /** @returns the path, refused unless there is such a file. */
  file(path: string): string;
  /** As `locateShared`; refuses a SEAWALL_SHARED that isn't there. */
  shared(...path: string[]): string | undefined;
  refuse(reason: string): never;
}

/** @param text as `npm run fuzz -- [NAME...] [--seed N]` */
export function createUsage(text: string): Usage {
  return {
    read(config) {
      const words = process.argv.slice(2);
      if (words.includes('--help') || words.includes('-h')) {
        process.stdout.write(`usage: ${text}\n`);
        process.exit(0);
      }
      try {
        return parseArgs(config);
      } catch (error) {
        // What follows the first sentence is advice about quotes and dashes.
        const [sentence] = (error as Error).message.split(/\.(?:\s|$)/, 1);
        return refuse(sentence!);
      }
    },
    wholeNumber(option, given, least) {
      const number = Number(given);
      if (/^\d{1,15}$/.test(given) && number >= least) return number;
      return refuse(`${option} takes a whole number from ${least} on, not '${given}'`);
    },
    file(path) {
      return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false
        ? path
        : refuse(`there is no file ${path}`);
    },
    shared(...path) {
      try {
        return locateShared(...path);
      } catch (error) {
        return refuse((error as Error).message);
      }
    },
    refuse,
  };

  function refuse(reason: string): never {
    process.stderr.write(`${reason}; usage: ${text}\n`);
    process.exit(2);
  }
}
