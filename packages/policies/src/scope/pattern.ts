/** Tells whether a text is what a pattern stands for. */
export type PatternTest = (text: string) => boolean;

/**
 * Makes the test of a pattern: `*` stands for any text, also none and also with slashes; `?` for one character; everything
 * else for itself. Time grows with the length of text times pattern at most.
 */
export function createPattern(pattern: string): PatternTest {
  if (!hasWildcard(pattern)) return (text) => text === pattern;
  const wanted = [...pattern.replace(/\*+/g, '*')];
  return (text) => matches(wanted, text.length === [...text].length ? text : [...text]);
}

/** Tests for one of several patterns. */
export function createPatterns(patterns: readonly string[]): PatternTest {
  const tests = patterns.map(createPattern);
  return (text) => tests.some((test) => test(text));
}

/** Whether a pattern stands for more than itself. */
export function hasWildcard(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

function matches(pattern: readonly string[], text: ArrayLike<string>): boolean {
  let at = 0;
  let position = 0;
  let star = -1;
  let resumeAt = 0;
  while (at < text.length) {
    const wanted = pattern[position];
    if (wanted === '*') {
      star = position++;
      resumeAt = at;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[at])) {
      position++;
      at++;
    } else if (star !== -1) {
      // The last star takes one character more; what stood before it has matched and stays.
      position = star + 1;
      at = ++resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[position] === '*') position++;
  return position === pattern.length;
}
