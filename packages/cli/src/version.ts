import { readFileSync } from 'node:fs';

const facts = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** This package's version; its package.json lies one folder up, from src/ as from dist/. */
export const version = facts.version;
