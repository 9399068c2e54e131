// One case of the benchmark, in a process of its own: loads rules, replays a capture, prints what it took as JSON.
// Usage: bench/case.ts CAPTURE RULES...
import { readFileSync } from 'node:fs';
import { createAccounting, replayCapture } from '@seawall/agent';
import { eventTypes, readCapture } from '@seawall/events';
import {
  createInspector,
  createSyscallCatalogue,
  type EventContext,
  processScopes,
} from '@seawall/inspector';
import { type CompilableRule, compileProgram, loadRules } from '@seawall/rules';

const [capture, ...files] = process.argv.slice(2);
const catalogue = createSyscallCatalogue();
const startedLoading = performance.now();
const loaded = loadRules(
  files.map((name) => ({ name, content: readFileSync(name, 'utf8') })),
  [catalogue],
);
if (loaded.ruleSet === undefined)
  throw new Error(`the rules don't load: ${JSON.stringify(loaded.files.map(({ messages }) => messages[0]))}`);
const rules = loaded.ruleSet.rules.filter(({ source, isEnabled }) => isEnabled && source === catalogue.source);
const startedCompiling = performance.now();
const inspector = createInspector();
const program = compileProgram(rules as readonly CompilableRule<EventContext>[], catalogue, processScopes);
const startedReplaying = performance.now();
const cpuBefore = process.cpuUsage();
let alerts = 0;
let events = 0;
await replayCapture({
  sections: readCapture(capture),
  inspector,
  matcher: program,
  accounting: createAccounting(eventTypes.length),
  onMatches: (_context, _matches, count) => {
    alerts += count;
  },
  onBatch: (count) => {
    events += count;
    return true;
  },
});
const ended = performance.now();
const cpu = process.cpuUsage(cpuBefore);
process.stdout.write(
  `${JSON.stringify({
    rules: rules.length,
    events,
    alerts,
    loadMilliseconds: startedCompiling - startedLoading,
    compileMilliseconds: startedReplaying - startedCompiling,
    replayMilliseconds: ended - startedReplaying,
    // What the machine's other work can't stretch.
    replayCpuMilliseconds: (cpu.user + cpu.system) / 1000,
    wholeMilliseconds: ended,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    residues: program.memory.residues,
  })}\n`,
);
