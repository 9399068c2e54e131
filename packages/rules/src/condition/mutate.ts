/** Conditions to damage: one of each construct, of our own making. */
const originals = [
  '(evt.type in (open, openat) and fd.num >= 0) and not proc.name in ("a b", sh, bash)',
  "spawned_process and proc.cmdline contains '-e /bin/sh' or (proc.aname[2] exists and not container)",
  'toupper(concat(proc.name, "x")) startswith anyof (A, "B C") and len(fd.name) > 0x10',
  'join(",", (proc.name, b64(proc.args), 12)) = val(proc.pname) or evt.arg["path"] glob /tmp/*',
  'getopt(proc.args, "nt:")[t] != "\\/\\n" and fd.sip in ("10.0.0.1") and fd.name pmatch (/etc, /usr/*)',
  'not not (a or not(b)) and proc.name regex ^[a-z]+$ and evt.rawres < -1.5e+3',
];

const fragments = [
  ...'()[]",\'=<>!\\ \n\t\0é\u2028',
  'and ',
  'or(',
  'not ',
  'not(',
  ' in ',
  'val(',
  'b64(',
  'oneof ',
  '"\\x4',
  '\\q',
  'evt.type',
  ' exists',
  '((((((((((',
  '\ud800',
];

/**
 * Damaged conditions, the same for the same seed: pieces deleted, doubled, moved, replaced and put in.
 * For tests and fuzzing.
 */
export function* mutateConditions(options: { seed: number; count: number }): Generator<string> {
  const random = createRandom(options.seed);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
  for (let i = 0; i < options.count; i++) {
    let text = pick(originals);
    for (let times = 1 + Math.floor(random() * 4); times > 0; times--) {
      const from = Math.floor(random() * (text.length + 1));
      const to = Math.min(text.length, from + Math.floor(random() * random() * 12));
      const cut = text.slice(from, to);
      const insert = pick([
        '',
        cut + cut,
        pick(fragments),
        pick(originals).slice(from, to),
        pick(fragments) + cut,
      ]);
      text = text.slice(0, from) + insert + text.slice(to);
    }
    yield text;
  }
}

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
