import { parentPort, workerData } from 'node:worker_threads';
import { createGuardState } from '@seawall/policies';
import { createLazyExecutor } from '../actions/immediate-executor.ts';
import { createHotLoop } from './hot-loop.ts';
import type { FromHotLoop, HotLoopStart, ToHotLoop } from './messages.ts';

/** The hot loop's thread: what it is started with comes as its data, the rest as messages. */
const port = parentPort;
if (port === null) throw new Error('the hot loop runs in a thread of its own');

const start = workerData as HotLoopStart;
const { own, neverTouch } = start.node;
const post = (message: FromHotLoop): void => port.postMessage(message);
const executor = createLazyExecutor(own, (reason) => post({ kind: 'action-failed', reason }));

try {
  const loop = createHotLoop(start, {
    post,
    createGuards: ({ memory }, quorum) => createGuardState({ own, neverTouch, quorum, memory }),
    prepareToAct: executor.prepare,
    act: executor.perform,
  });
  port.on('message', (message: ToHotLoop) => loop.receive(message));
  await loop.run();
  post({ kind: 'ended' });
} catch (error) {
  const { code, message, stack } = error as Partial<NodeJS.ErrnoException>;
  post({ kind: 'failed', code, message: message ?? String(error), stack: stack ?? '' });
}
port.unref();
