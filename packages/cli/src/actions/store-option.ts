import { Option } from 'commander';

/** `--store FILE`, or `SEAWALL_STORE`: the store that the agent writes. */
export function storeOption(): Option {
  return new Option('--store <file>', 'the agent’s store')
    .env('SEAWALL_STORE')
    .default('/var/lib/seawall/seawall.db');
}
