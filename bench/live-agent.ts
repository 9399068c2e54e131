// The watching side of `npm run bench:live`: starts and stops watching this machine as its parent says, in one process,
// so that what is measured is an agent that runs for long.
import { readFileSync } from 'node:fs';
import { createLiveWatch, defaultDropPolicy } from '@seawall/agent';
import { createSyscallCatalogue } from '@seawall/inspector';
import { loadRules } from '@seawall/rules';

const catalogue = createSyscallCatalogue();
const files = process.argv.slice(2).map((name) => ({ name, content: readFileSync(name, 'utf8') }));
const { ruleSet } = loadRules(files, [catalogue]);
if (ruleSet === undefined) throw new Error('the rules do not load: seawall rules check says why');
const rules = ruleSet.rules.filter(({ isEnabled, source }) => isEnabled && source === catalogue.source);

let controller = new AbortController();
// Whoever started it has been killed.
process.on('disconnect', () => controller.abort());
process.on('message', async (message) => {
  if (message === 'stop') {
    controller.abort();
    return;
  }
  controller = new AbortController();
  const watch = createLiveWatch({
    rules,
    catalogue,
    isFirstOnly: false,
    isIsoTime: true,
    hostname: undefined,
    containers: [],
    drops: defaultDropPolicy,
    signal: controller.signal,
    onAlert: () => undefined,
    onStart: ({ calls }) => process.send?.({ rules: rules.length, calls: calls.length }),
  });
  await watch.run();
  const { seen, evaluated, filtered, dropped } = watch.report().accounting;
  process.send?.({ seen, evaluated, filtered, dropped });
});
