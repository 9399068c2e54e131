import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');
const notFromGit = existsSync(join(root, '.git')) ? false : 'this is no clone';

/** The floors of the house (DESIGN section 1): a package imports from floors below its own, and from base. */
const FLOORS: readonly (readonly string[])[] = [
  ['base'],
  ['events', 'rules', 'store', 'pki'],
  ['probe', 'inspector', 'kube'],
  ['policies', 'posture', 'images'],
  ['agent', 'hub'],
  ['cli', 'web'],
];

function floorOf(packageName: string): number {
  return FLOORS.findIndex((floor) => floor.includes(packageName));
}

const packages = readdirSync(join(root, 'packages'));

test('every package has a floor', () => {
  for (const name of packages) assert.notEqual(floorOf(name), -1, `packages/${name} is on no floor`);
});

for (const name of packages) {
  test(`${name} imports only from floors below its own`, () => {
    for (const file of globSync(`packages/${name}/src/**/*.{ts,tsx}`, { cwd: root })) {
      const text = readFileSync(join(root, file), 'utf8');
      for (const [, imported] of text.matchAll(/from '@seawall\/([\w-]+)(?:\/[\w-]+)*'/g)) {
        if (imported === name) continue;
        assert.ok(
          floorOf(imported) < floorOf(name),
          `${file} imports ${imported}, which is not below ${name}`,
        );
      }
    }
  });

  test(`${name} declares what it imports`, () => {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }));
    for (const file of globSync(`packages/${name}/src/**/*.ts`, { cwd: root })) {
      if (file.endsWith('.test.ts') || file.includes('/testing/')) continue;
      const text = readFileSync(join(root, file), 'utf8');
      for (const [, specifier] of text.matchAll(/^(?:import|export)\s[^'"]*?from '([^'.][^']*)'/gm)) {
        if (specifier.startsWith('node:')) continue;
        const wanted = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
        assert.ok(
          declared.has(wanted) || wanted === manifest.name,
          `${file} imports ${wanted}: add it to packages/${name}/package.json`,
        );
      }
    }
  });
}

test('what checks rules runs in a browser as well: it loads nothing of Node', () => {
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, specifier] of text.matchAll(/^(?:import|export)\s(?!type\b)[^'"]*?from '([^']+)'/gm)) {
      assert.doesNotMatch(specifier, /^node:/, `${file}, which rules load`);
      const own = /^@seawall\/([\w-]+)$/.exec(specifier)?.[1];
      if (own !== undefined) load(`packages/${own}/src/index.ts`);
      else if (specifier.startsWith('.')) load(join(file, '..', specifier));
    }
  };
  load('packages/rules/src/index.ts');
  assert.ok(loaded.has('packages/base/src/errors.ts') && loaded.size > 100);
});

test('docs/dependencies.md names every dependency that is not ours, and no other', () => {
  const manifests = ['package.json', ...globSync('packages/*/package.json', { cwd: root })];
  const declared = manifests.flatMap((path) => {
    const manifest = JSON.parse(readFileSync(join(root, path), 'utf8'));
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  });
  const page = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8');
  const named = [...page.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => {
    const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    // `name-linux-x64`, `-arm64`: the second is short for the same with another ending.
    return names.map((name) => (name.startsWith('-') ? names[0].replace(/-[^-]+$/, name) : name));
  });
  const foreign = new Set(declared.filter((name) => !name.startsWith('@seawall/')));
  assert.deepEqual(named.toSorted(), [...foreign].sort());
});

test('the repository names no folder of a developer’s machine and no package registry', () => {
  const forbidden = [
    ['/work', 'main'],
    ['/work', 'shared'],
    ['/tmp', 'ref'],
    ['registry', 'npmjs.org'],
  ].map((parts, index) => parts.join(index === 3 ? '.' : '/'));
  const files = globSync(
    '{packages,scripts,conformance,accept,bench,fuzz,test,docs,rules,examples,.ci}/**/*.{ts,mjs,md,json,yaml,c,h}',
    {
      cwd: root,
      exclude: ['**/node_modules/**', '**/dist/**'],
    },
  );
  for (const file of [...files, 'README.md', 'package.json', 'package-lock.json'].filter((name) =>
    existsSync(join(root, name)),
  )) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const name of forbidden) assert.ok(!text.includes(name), `${file} names ${name}`);
  }
});

test('nothing that a tool left behind is part of the repository', { skip: notFromGit }, () => {
  const { stdout } = spawnSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' });
  const leftBehind = stdout
    .split('\n')
    .filter((name) => /\.(log|cpuprofile|heapsnapshot|heapprofile)$/.test(name));
  assert.deepEqual(leftBehind, []);
});
