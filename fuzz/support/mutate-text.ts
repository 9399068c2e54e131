import type { Random } from './random.ts';

/**
 * One of the texts with some pieces taken out, doubled, swapped, put in or taken from another text.
 * @param fragments what is put in as it stands.
 */
export function mutateText(random: Random, seeds: readonly string[], fragments: readonly string[]): string {
  let text = random.pick(seeds);
  const count = 1 + random.below(random.pick([1, 2, 5]));
  for (let i = 0; i < count; i++) text = mutate(text, random, seeds, fragments);
  return text.slice(0, 20_000);
}

function mutate(
  text: string,
  random: Random,
  seeds: readonly string[],
  fragments: readonly string[],
): string {
  const at = random.below(text.length + 1);
  const length = random.below(random.pick([2, 4, 10, 60]));
  switch (random.below(7)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + text.slice(at, at + length).repeat(2 + random.below(30)) + text.slice(at);
    case 2:
      return text.slice(0, at) + String.fromCharCode(random.below(0x250)) + text.slice(at + 1);
    case 3: {
      const other = random.pick(seeds);
      const from = random.below(other.length);
      return text.slice(0, at) + other.slice(from, from + length * 4) + text.slice(at);
    }
    case 4: {
      const lines = text.split('\n');
      const line = random.below(lines.length);
      lines.splice(line, 1, ' '.repeat(random.below(5)) + lines[line]!.trimStart());
      return lines.join('\n');
    }
    case 5: {
      const lines = text.split('\n');
      const [moved] = lines.splice(random.below(lines.length), 1);
      lines.splice(random.below(lines.length), 0, moved!);
      return lines.join('\n');
    }
    default:
      return text.slice(0, at) + random.pick(fragments).repeat(1 + random.below(3)) + text.slice(at);
  }
}
