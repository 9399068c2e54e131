import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEvent, moveTo } from '@seawall/events';
import { createInspector, createSyscallCatalogue, type EventContext } from '@seawall/inspector';
import { exampleProcess } from '@seawall/inspector/testing';
import { bindCondition, interpret, parseCondition } from '@seawall/rules';
import { freezeContext } from './freeze-context.ts';

const catalogue = createSyscallCatalogue();
const holds = (condition: string, context: EventContext): boolean =>
  interpret(bindCondition(parseCondition(condition), catalogue))(context);

test('whom the event or its thread names by their ids is who it was, whatever becomes of the id', () => {
  const inspector = createInspector();
  const { context } = inspector;
  const leader = exampleProcess(8, { comm: 'login' });
  const victim = exampleProcess(9, { comm: 'victim' });
  inspector.load({
    kind: 'processes',
    processes: [exampleProcess(7, { sessionId: 8 }), leader, victim],
  });
  const apply = (...event: Parameters<typeof encodeEvent>): void => {
    moveTo(context.view, encodeEvent(...event), 0);
    inspector.apply(context.view);
    inspector.settle();
  };
  moveTo(
    context.view,
    encodeEvent('SYSCALL_KILL_X', { res: 0, pid: 9, sig: 9 }, { tid: 7, time: 1n, number: 1 }),
    0,
  );
  inspector.apply(context.view);
  const frozen = freezeContext(context);
  inspector.settle();
  for (const tid of [8, 9]) {
    apply('PROCEXIT_1_E', { status: 0 }, { tid, time: 2n, number: tid });
    apply('SYSCALL_OPENAT_2_X', { fd: 3 }, { tid: 7, time: 3n, number: tid });
  }
  assert.equal(holds('evt.args contains victim', context), false);
  assert.ok(holds('evt.args contains victim and proc.sname = login', frozen.context));
});
