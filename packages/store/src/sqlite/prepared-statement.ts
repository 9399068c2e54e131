import type { SQLInputValue, StatementSync } from 'node:sqlite';

/** What fills the slots of a statement, by name. */
export type SlotValues = Readonly<Record<string, SQLInputValue | undefined>>;

/** A statement that is run often with other values; a value that is undefined is stored as NULL. */
export interface PreparedStatement<Row> {
  run(values: SlotValues): { readonly changes: number };
  get(values: SlotValues): Row | undefined;
  all(values: SlotValues): Row[];
}

interface Slot {
  readonly slot: string;
}

/** Stands in a query for a value that is told when it runs; a query may name one slot in several places. */
export function slot<Value>(name: string): Value {
  return { slot: name } as Value;
}

/** @param parameters what the query was built with, in order: slots, and values that stay the same. */
export function prepareStatement<Row>(
  statement: StatementSync,
  parameters: readonly unknown[],
): PreparedStatement<Row> {
  const read = parameters.map((parameter) => {
    const name = (parameter as Partial<Slot> | null)?.slot;
    return name === undefined
      ? () => parameter as SQLInputValue
      : (values: SlotValues) => values[name] ?? null;
  });
  const fill = (values: SlotValues) => read.map((value) => value(values));
  return {
    run: (values) => ({ changes: Number(statement.run(...fill(values)).changes) }),
    get: (values) => statement.get(...fill(values)) as Row | undefined,
    all: (values) => statement.all(...fill(values)) as Row[],
  };
}
