import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { sleep } from './sleep.ts';
import { startTimer, timeoutSignal } from './timer.ts';

const DAY = 86_400_000;

/** Days pass one after the other: a timer that is set by another counts from the end of the tick. So what is long ends a little late. */
function passDays(count: number): void {
  for (let day = 0; day < count; day += 1) mock.timers.tick(DAY);
}

test('a timer keeps its time also beyond what setTimeout takes, and can be stopped at any time', (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  const called: string[] = [];
  startTimer(60 * DAY, () => called.push('60 days'));
  startTimer(5, () => called.push('5 ms'), { isHolding: false });
  const stopped = startTimer(30 * DAY, () => called.push('stopped'));
  startTimer(Number.POSITIVE_INFINITY, () => called.push('never'));
  mock.timers.tick(1000);
  assert.deepEqual(called, ['5 ms']);
  passDays(28);
  stopped.stop();
  passDays(31);
  assert.deepEqual(called, ['5 ms']);
  passDays(2);
  assert.deepEqual(called, ['5 ms', '60 days']);
});

test('a time that is over calls at once, and Node has nothing to say of it', async (context) => {
  const warned: string[] = [];
  const listen = ({ name }: Error): number => warned.push(name);
  process.on('warning', listen);
  context.after(() => process.removeListener('warning', listen));
  await new Promise<void>((resolve) => startTimer(-3700, resolve));
  await sleep(5);
  assert.deepEqual(warned, []);
});

test('a wait of a month does not end at once', async () => {
  const controller = new AbortController();
  let isOver = false;
  const waiting = sleep(30 * DAY, controller.signal).then(() => {
    isOver = true;
  });
  await sleep(20);
  assert.equal(isOver, false);
  controller.abort();
  await waiting;
});

test('a signal aborts after its time, of whatever length', async () => {
  const [short, month, year] = [timeoutSignal(1), timeoutSignal(30 * DAY), timeoutSignal(365 * DAY)];
  await sleep(30);
  assert.deepEqual([short.aborted, month.aborted, year.aborted], [true, false, false]);
});

test('a long signal says that it was the time, as a short one does', (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  const signal = timeoutSignal(30 * DAY);
  passDays(31);
  assert.equal(signal.reason.name, 'TimeoutError');
});
