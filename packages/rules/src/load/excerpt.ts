/** As much of a text as a message quotes. */
const MOST_SHOWN = 200;

/** A text that may quote a whole file, cut to what people read of it; the cut is shown. */
export function excerptOf(text: string, most = MOST_SHOWN): string {
  if (text.length <= most) return text;
  // Half of a character at the end would be none.
  return `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}...`;
}
