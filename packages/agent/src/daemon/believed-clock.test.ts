import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBelievedClock } from './believed-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A clock that is asked every ten minutes, as retention asks it, and what it says against the true time. */
function setClock() {
  let [time, wrong] = [1_800_000_000_000, 0];
  const clock = createBelievedClock({ now: () => time + wrong, monotonic: () => time - 5e11 });
  return {
    jump(by: number) {
      wrong += by;
    },
    /** Lets time go by. @returns how far off it is then. */
    wait(milliseconds: number): number {
      for (let gone = 0; gone < milliseconds; gone += 10 * MINUTE) {
        time += 10 * MINUTE;
        clock.now();
      }
      return clock.now() - time;
    },
  };
}

test('a clock that is set right by minutes is followed at once', () => {
  const { jump, wait } = setClock();
  jump(20 * MINUTE);
  assert.equal(wait(MINUTE), 20 * MINUTE);
  jump(-40 * MINUTE);
  assert.equal(wait(MINUTE), -20 * MINUTE);
});

for (const by of [365 * DAY, -365 * DAY]) {
  test(`a jump of ${by / DAY} days that is taken back within a day never happened`, () => {
    const { jump, wait } = setClock();
    jump(by);
    assert.equal(wait(23 * HOUR), 0);
    jump(-by);
    assert.equal(wait(30 * DAY), 0);
  });

  test(`a jump of ${by / DAY} days is believed after a day`, () => {
    const { jump, wait } = setClock();
    jump(by);
    assert.equal(wait(25 * HOUR), by);
  });
}

test('a clock that jumps on is not believed before it rests', () => {
  const { jump, wait } = setClock();
  for (let times = 1; times <= 10; times += 1) {
    jump(100 * DAY);
    assert.equal(wait(23 * HOUR), 0);
  }
});
