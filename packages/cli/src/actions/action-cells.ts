import type { ActionRecord } from '@seawall/store';
import { timeText } from '../findings/finding-text.ts';
import type { Palette } from '../terminal/color.ts';
import type { Cell } from '../terminal/table.ts';

/** What was done, as cells of a table: the columns that every list of actions has. */
export interface ActionCells {
  readonly time: Cell;
  readonly kind: Cell;
  readonly result: Cell;
  readonly after: Cell;
  readonly actor: Cell;
  readonly detail: Cell;
}

export function actionCells(record: ActionRecord, palette: Palette): ActionCells {
  const { time, kind, result, latencyMilliseconds, actor, detail, undone } = record;
  const paint = {
    done: palette.good,
    failed: palette.bad,
    refused: palette.warning,
    pending: palette.accent,
    'dry-run': palette.faint,
  };
  return {
    time: timeText(time),
    kind,
    result:
      undone === undefined
        ? { text: result, paint: paint[result] }
        : { text: 'undone', paint: palette.faint },
    after: latencyMilliseconds === undefined ? '' : `${latencyMilliseconds.toFixed(1)} ms`,
    actor,
    detail,
  };
}
