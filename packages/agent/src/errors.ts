import { defineErrors } from '@seawall/base';

/** Everything that can go wrong in this package, by code. */
export const errors = defineErrors('agent', {
  DROP_THRESHOLD_INVALID:
    'the threshold for lost events is {threshold}: it is a part of all events, from 0 (any loss) to 1 (never)',
  DROP_ACTIONS_CONTRADICT:
    'lost events can not be ignored and reported ({other}) at once: name "ignore" alone, or leave it out',
  STOPPED_BY_DROPS: 'events were lost ({lost} in the last second), and the action for that is to stop',
});
