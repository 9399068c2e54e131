import type { ReadStream } from 'node:tty';
import type { CommandContext } from '../command-context.ts';

const enter = ['\r', '\n'];
const endOfInput = '\u0004';
const interrupt = '\u0003';
const erase = ['\u007f', '\b'];

/**
 * Asks for a secret on the terminal without showing it.
 * @returns undefined where nobody can be asked (no terminal), or nothing was typed.
 */
export function promptSecret({ terminal }: CommandContext, question: string): Promise<string | undefined> {
  const input = terminal.input as ReadStream;
  if (!input.isTTY || !terminal.errors.isTerminal) return Promise.resolve(undefined);
  terminal.errors.write(`${question}: `);
  input.setRawMode(true);
  input.setEncoding('utf8');
  input.resume();
  return new Promise((resolve) => {
    let typed = '';
    const finish = () => {
      input.off('data', listen);
      input.setRawMode(false);
      input.pause();
      terminal.errors.write('\n');
    };
    const listen = (text: string) => {
      for (const character of text) {
        if (character === interrupt) {
          finish();
          process.kill(process.pid, 'SIGINT');
          return;
        }
        if (enter.includes(character) || character === endOfInput) {
          finish();
          resolve(typed === '' ? undefined : typed);
          return;
        }
        typed = erase.includes(character) ? typed.slice(0, -1) : typed + character;
      }
    };
    input.on('data', listen);
  });
}
