import {
  bindCondition,
  bindOperand,
  interpret,
  parseCondition,
  parseOperandAt,
  renderOperand,
} from '@seawall/rules';
import type { EventContext } from '../context.ts';
import { createSyscallCatalogue, type SyscallCatalogueOptions } from '../fields/catalogue.ts';

/** Asks an event of a test for fields and conditions, as rules do. */
export interface Asker {
  /** The field as an output shows it; undefined where it has no value. */
  shows(field: string): string | undefined;
  holds(condition: string): boolean;
}

export function createAsker(context: EventContext, options: SyscallCatalogueOptions = {}): Asker {
  const catalogue = createSyscallCatalogue(options);
  return {
    shows: (field) => renderOperand(bindOperand(parseOperandAt(field, 0), catalogue), context),
    holds: (condition) => interpret(bindCondition(parseCondition(condition), catalogue))(context),
  };
}
