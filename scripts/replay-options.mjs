import os from 'node:os';

const processors = os.availableParallelism?.() ?? os.cpus().length;

/**
 * How Node is started to go through a capture: with one thread of V8's for each processor but the one that the program
 * itself runs on. Compiling beside it on two processors with the usual four took a fifth of the time away from it. Who
 * watches live needs what it compiles as soon as can be.
 */
export const replayOptions = [`--v8-pool-size=${Math.max(1, Math.min(4, processors - 1))}`];
