import { Option } from 'commander';
import { outputFormats } from './command-context.ts';

/** `--output text|json`, the same for every command. */
export function outputOption(): Option {
  return new Option('--output <format>', 'how to print results').choices(outputFormats).default('text');
}
