/** An alert as `seawall watch --output json` prints it. */
export interface PrintedAlert {
  readonly rule: string;
  readonly output: string;
  /** When it happened, such as `2026-11-22T04:49:22.669453691Z`. */
  readonly time: string;
  readonly output_fields: Readonly<Record<string, unknown>>;
}

/** The first alerts of each container, whatever other containers of the machine raise. */
export interface AlertLedger {
  /** Takes what was printed, in pieces of any size. */
  add(bytes: Buffer): void;
  /** In the order in which they came. @param id the container's first twelve characters. */
  of(rule: string, id: string): readonly PrintedAlert[];
}

/** Some rules match whatever happens in any container: of each this many alerts are kept. */
const KEPT = 20_000;

export function createAlertLedger(): AlertLedger {
  const linesOf = new Map<string, string[]>();
  let rest = '';
  return {
    add(bytes) {
      const lines = (rest + bytes.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const id = /"container\.id":"(\w+)"/.exec(line)?.[1] ?? '';
        const known = linesOf.get(id);
        if (known === undefined) linesOf.set(id, [line]);
        else if (known.length < KEPT) known.push(line);
      }
    },
    of: (rule, id) =>
      (linesOf.get(id) ?? [])
        .map((line): PrintedAlert => JSON.parse(line))
        .filter((alert) => alert.rule === rule),
  };
}
