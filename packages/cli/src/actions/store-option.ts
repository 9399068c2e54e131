import { Option } from 'commander';

/** `--store FILE`: the store that the agent writes. */
export function storeOption(): Option {
  return new Option('--store <file>', 'the agent’s store').default('/var/lib/seawall/seawall.db');
}
