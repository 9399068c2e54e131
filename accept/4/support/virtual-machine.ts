import { spawn, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createArchive } from './cpio.ts';

/** A kernel as a distribution's packages hold it, unpacked. */
export interface Kernel {
  /** As `uname -r` says it. */
  readonly release: string;
  readonly image: string;
  /** The folder with its modules. */
  readonly modules: string;
}

/** What the machine starts with; those that are built in have no file. */
const MODULES = [
  ...['virtio', 'virtio_ring', 'virtio_pci_modern_dev', 'virtio_pci_legacy_dev', 'virtio_pci'],
  ...['netfs', 'fscache', '9pnet', '9pnet_virtio', '9p', 'overlay'],
];

/** The first program: this machine's own files are the guest's, and what it writes is forgotten. */
const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
# In which order they need each other differs between kernels.
for round in 1 2 3; do for module in /modules/*; do insmod $module 2>/dev/null; done; done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose host /host || echo 'SEAWALL no files of the host'
mount -t tmpfs memory /memory
mkdir /memory/upper /memory/work
mount -t overlay -o lowerdir=/host,upperdir=/memory/upper,workdir=/memory/work overlay /root
for place in proc sys dev; do mount -t $place $place /root/$place 2>/dev/null; done
mount -t sysfs sys /root/sys
mount -t devtmpfs dev /root/dev
mkdir -p /root/dev/shm /root/dev/pts
mount -t devpts pts /root/dev/pts
mount -t tmpfs run /root/run
mount -t cgroup2 cgroup /root/sys/fs/cgroup
mount -t bpf bpf /root/sys/fs/bpf
mount -t tracefs tracefs /root/sys/kernel/tracing
ip link set lo up
cp /job /root/run/job
# Not chroot: paths that the kernel tells begin where the machine's files do.
exec switch_root /root /bin/sh /run/job
`;

const POWER_OFF = 'echo o > /proc/sysrq-trigger; sleep 60';

/**
 * Unpacks Debian packages of one or more kernels.
 * @param packages their files, modules in packages of their own included.
 */
export function unpackKernels(packages: readonly string[], folder: string): readonly Kernel[] {
  for (const file of packages) {
    const { status, stderr } = spawnSync('dpkg-deb', ['-x', file, folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${file} can not be unpacked: ${stderr}`);
  }
  return globSync('boot/vmlinuz-*', { cwd: folder })
    .map((image) => basename(image).slice('vmlinuz-'.length))
    .sort()
    .map((release) => ({
      release,
      image: join(folder, 'boot', `vmlinuz-${release}`),
      modules: globSync(`{usr/,}lib/modules/${release}`, { cwd: folder })
        .map((path) => join(folder, path))
        .join(),
    }));
}

/**
 * Runs shell commands as root on that kernel, in a virtual machine without a network, on this machine's files.
 * @returns what was written to its console.
 */
export async function runOnKernel(
  kernel: Kernel,
  job: string,
  folder: string,
  minutes: number,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const initial = join(folder, `${kernel.release}.cpio`);
  const modules = MODULES.flatMap((name) => {
    const [file] = globSync(`**/${name}.ko*`, { cwd: kernel.modules });
    return file === undefined ? [] : [{ name, bytes: unpacked(join(kernel.modules, file)) }];
  });
  writeFileSync(
    initial,
    createArchive([
      ...['bin', 'proc', 'sys', 'dev', 'host', 'memory', 'root', 'modules'].map((path) => ({ path })),
      { path: 'bin/busybox', bytes: readFileSync('/bin/busybox') },
      ...modules.map(({ name, bytes }, index) => ({
        path: `modules/${String(index).padStart(2, '0')}-${name}.ko`,
        bytes,
      })),
      { path: 'init', bytes: Buffer.from(INIT) },
      { path: 'job', bytes: Buffer.from(`${job}\n${POWER_OFF}\n`) },
    ]),
  );
  const words = [
    // Emulated: a virtual machine's processor seldom lets another one run, and the kernel is what is tried.
    ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '3072'],
    ...['-nographic', '-nic', 'none', '-no-reboot', '-kernel', kernel.image, '-initrd', initial],
    ...['-append', 'console=ttyS0 panic=-1 quiet'],
    ...['-virtfs', 'local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap'],
  ];
  const machine = spawn('qemu-system-x86_64', words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: minutes * 60_000,
    killSignal: 'SIGKILL',
  });
  machine.stdout.setEncoding('utf8');
  let console = '';
  for await (const chunk of machine.stdout) console += chunk;
  return console.replaceAll('\r', '');
}

function unpacked(file: string): Buffer {
  const program = file.endsWith('.xz') ? 'xz' : file.endsWith('.zst') ? 'zstd' : undefined;
  if (program === undefined) return readFileSync(file);
  const { status, stdout } = spawnSync(program, ['-dcq', file], { maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${program} can not unpack ${file}`);
  return stdout;
}
