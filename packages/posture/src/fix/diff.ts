const CONTEXT = 3;

type Line = { readonly kind: ' ' | '-' | '+'; readonly text: string };

/** A unified diff of two texts, as `patch -p1` reads it; empty when they are the same. `before` undefined is a new file. */
export function unifiedDiff(path: string, before: string | undefined, after: string): string {
  if (before === after) return '';
  const lines = compareLines(splitLines(before ?? ''), splitLines(after));
  const name = path.replace(/^\/+/, '');
  const header = [before === undefined ? '--- /dev/null' : `--- a/${name}`, `+++ b/${name}`];
  return [...header, ...makeHunks(lines, before ?? '', after)].join('\n') + '\n';
}

function splitLines(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Longest common subsequence after the common ends are cut off; files here have hundreds of lines. */
function compareLines(before: readonly string[], after: readonly string[]): Line[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let tail = 0;
  while (
    tail < before.length - start &&
    tail < after.length - start &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail += 1;
  }
  const left = before.slice(start, before.length - tail);
  const right = after.slice(start, after.length - tail);
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      lengths[row]![column] =
        left[row] === right[column]
          ? lengths[row + 1]![column + 1]! + 1
          : Math.max(lengths[row + 1]![column]!, lengths[row]![column + 1]!);
    }
  }
  const lines: Line[] = before.slice(0, start).map((text) => ({ kind: ' ', text }));
  let row = 0;
  let column = 0;
  while (row < left.length || column < right.length) {
    if (row < left.length && column < right.length && left[row] === right[column]) {
      lines.push({ kind: ' ', text: left[row]! });
      row += 1;
      column += 1;
    } else if (
      row < left.length &&
      (column === right.length || lengths[row + 1]![column]! >= lengths[row]![column + 1]!)
    ) {
      lines.push({ kind: '-', text: left[row]! });
      row += 1;
    } else {
      lines.push({ kind: '+', text: right[column]! });
      column += 1;
    }
  }
  return [...lines, ...before.slice(before.length - tail).map((text): Line => ({ kind: ' ', text }))];
}

function makeHunks(lines: readonly Line[], before: string, after: string): string[] {
  const output: string[] = [];
  const changed = lines.flatMap(({ kind }, index) => (kind === ' ' ? [] : [index]));
  const isChanged = new Set(changed);
  const lastOf = (side: '-' | '+') => lines.findLastIndex(({ kind }) => kind === ' ' || kind === side);
  const lastBefore = before.endsWith('\n') ? -1 : lastOf('-');
  const lastAfter = after.endsWith('\n') ? -1 : lastOf('+');
  let index = 0;
  while (index < changed.length) {
    const from = Math.max(0, changed[index]! - CONTEXT);
    let end = changed[index]!;
    while (index < changed.length && changed[index]! <= end + 2 * CONTEXT) {
      end = changed[index]!;
      index += 1;
    }
    const to = Math.min(lines.length, end + CONTEXT + 1);
    const hunk = lines.slice(from, to);
    const oldCount = hunk.filter(({ kind }) => kind !== '+').length;
    const newCount = hunk.filter(({ kind }) => kind !== '-').length;
    const oldStart =
      lines.slice(0, from).filter(({ kind }) => kind !== '+').length + (oldCount === 0 ? 0 : 1);
    const newStart =
      lines.slice(0, from).filter(({ kind }) => kind !== '-').length + (newCount === 0 ? 0 : 1);
    output.push(`@@ -${oldStart},${oldCount} +${newStart},${newCount} @@`);
    hunk.forEach(({ kind, text }, offset) => {
      output.push(kind + text);
      const position = from + offset;
      const isLast =
        (position === lastBefore && kind !== '+') ||
        (position === lastAfter && (kind === '+' || !isChanged.has(position)));
      if (isLast) output.push('\\ No newline at end of file');
    });
  }
  return output;
}
