/** https://sqlite.org/rescode.html#corrupt */
export const SQLITE_CORRUPT = 11;

/** The error for damage that only we can see, with the code that SQLite gives to what it sees itself. */
export function damaged(reason: string, cause?: unknown): Error {
  return Object.assign(new Error(reason, { cause }), { errcode: SQLITE_CORRUPT });
}

/** A row that an index or an earlier statement names, and that must be there. */
export function existing<Row>(row: Row | undefined): Row {
  if (row === undefined) throw damaged('a row is missing that another one names');
  return row;
}
