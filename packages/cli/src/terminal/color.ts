import { styleText } from 'node:util';

/** Colours by what they mean; every function gives the text back unchanged where colour is not wanted. */
export interface Palette {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
  accent(text: string): string;
}

type Style = Parameters<typeof styleText>[0];

/** @param isColored whether escape sequences may be written at all (see {@link isColorWanted}). */
export function createPalette(isColored: boolean): Palette {
  const paint =
    (style: Style) =>
    (text: string): string =>
      isColored ? styleText(style, text, { validateStream: false }) : text;
  return {
    strong: paint('bold'),
    faint: paint('dim'),
    good: paint('green'),
    warning: paint('yellow'),
    bad: paint('red'),
    accent: paint('cyan'),
  };
}

/**
 * Whether colour belongs on a stream: only on a terminal that is not `dumb`. `NO_COLOR` (any value but the empty
 * one, https://no-color.org) says never; `FORCE_COLOR` (any value but the empty one and `0`) says always.
 */
export function isColorWanted(
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR && environment.FORCE_COLOR !== '0') return true;
  return isTerminal && environment.TERM !== 'dumb';
}
