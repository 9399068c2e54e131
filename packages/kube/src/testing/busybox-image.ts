import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './run-tool.ts';
import { BUSYBOX } from './support.ts';

/** An image made without a registry, as the files that runtimes import. */
export interface ImageFiles {
  /** As containerd and Docker name it once it was imported. */
  readonly name: string;
  /** For `ctr images import`. */
  readonly ociArchive: string;
  /** For `docker load`; made when first asked for. */
  dockerArchive(): string;
}

export interface ImageOptions {
  /** With its tag; `localhost/seawall-busybox:1` unless told. */
  readonly name?: string;
  /** Commands that are links to busybox. */
  readonly commands?: readonly string[];
  /** Further files: path in the image to its content; they can be executed. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** What a container runs when told nothing. */
  readonly command?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

export const BUSYBOX_IMAGE = 'localhost/seawall-busybox:1';

const COMMANDS =
  'sh ash cat cp ls mv rm ln mkdir echo sleep true false id ps kill touch chmod env wget nc head tail grep sed awk find mount umount test date dd';

/** Makes an image of busybox and links to it, in some folder of the test's. Takes about a second. */
export function makeBusyboxImage(folder: string, options: ImageOptions = {}): ImageFiles {
  const { name = BUSYBOX_IMAGE, commands = COMMANDS.split(' '), command = ['sleep', '1000000'] } = options;
  const layout = join(folder, 'oci');
  const bundle = join(folder, 'bundle');
  const image = `${layout}:image`;
  mkdirSync(folder, { recursive: true });
  runTool('umoci', 'init', '--layout', layout);
  runTool('umoci', 'new', '--image', image);
  runTool('umoci', 'unpack', '--image', image, bundle);
  const root = join(bundle, 'rootfs');
  for (const place of ['bin', 'etc', 'tmp', 'proc', 'sys', 'dev', 'root']) {
    mkdirSync(join(root, place), { recursive: true });
  }
  copyFileSync(BUSYBOX, join(root, 'bin', 'busybox'));
  for (const link of commands) symlinkSync('busybox', join(root, 'bin', link));
  writeFileSync(
    join(root, 'etc', 'passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n',
  );
  writeFileSync(join(root, 'etc', 'group'), 'root:x:0:\nnogroup:x:65534:\n');
  for (const [path, content] of Object.entries(options.files ?? {})) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content, { mode: 0o755 });
  }
  runTool('umoci', 'repack', '--image', image, bundle);
  const configuration = [
    ...command.map((word) => `--config.cmd=${word}`),
    ...Object.entries(options.labels ?? {}).map(([key, value]) => `--config.label=${key}=${value}`),
  ];
  runTool('umoci', 'config', '--image', image, '--config.env', 'PATH=/bin', ...configuration);
  const ociArchive = join(folder, 'image.oci.tar');
  runTool('skopeo', 'copy', '--quiet', `oci:${image}`, `oci-archive:${ociArchive}:${name}`);
  let loadable: string | undefined;
  return {
    name,
    ociArchive,
    dockerArchive() {
      if (loadable === undefined) {
        loadable = join(folder, 'image.docker.tar');
        runTool('skopeo', 'copy', '--quiet', `oci:${image}`, `docker-archive:${loadable}:${name}`);
      }
      return loadable;
    },
  };
}
