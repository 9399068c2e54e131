import { stripVTControlCharacters } from 'node:util';
import { type FileResult, type LoadMessage, renderLoadMessage } from '@seawall/rules';
import type { Palette } from '../terminal/color.ts';

/** The messages of the files for people, one after the other; nothing where there are none. */
export function messagesText(
  files: readonly FileResult[],
  palette: Palette,
  severities: readonly LoadMessage['severity'][] = ['error', 'warning'],
): string {
  return files
    .flatMap(({ messages }) => messages)
    .filter(({ severity }) => severities.includes(severity))
    .map((message) => `${messageText(message, palette)}\n`)
    .join('');
}

/** Colours the first line of a message; rule files come from anywhere, so their text must not steer the terminal. */
function messageText(message: LoadMessage, palette: Palette): string {
  const [first, ...rest] = harmless(renderLoadMessage(message)).split('\n');
  const paint = message.severity === 'error' ? palette.bad : palette.warning;
  const mark = `${message.severity}:`;
  const at = first.indexOf(mark);
  const headline = `${palette.strong(first.slice(0, at))}${paint(mark)}${first.slice(at + mark.length)}`;
  return [headline, ...rest].join('\n');
}

function harmless(text: string): string {
  return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\u{fffd}');
}
