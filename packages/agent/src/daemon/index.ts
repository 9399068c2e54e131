export { type AgentConfiguration, agentConfiguration } from '../configuration/configuration.ts';
export { readConfiguration } from '../configuration/read-configuration.ts';
export { type OutputsConfig, outputsConfig } from '../output/configuration.ts';
export type { OutputName } from '../output/output.ts';
export { createOutputs, type Outputs, type OutputsOptions } from '../output/outputs.ts';
export type { OutputReport, OutputStatistics } from '../output/queue.ts';
export { type Agent, type AgentOptions, type LogLevel, startAgent } from './agent.ts';
export { checkFiles } from './check-files.ts';
export { checkSet } from './check-set.ts';
