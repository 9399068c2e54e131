import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Debian's packages with everything that the real containers of tests take. */
const PACKAGES = 'containerd runc docker.io podman skopeo umoci containernetworking-plugins busybox-static';

/** A copy of busybox that needs no library, which is what test images are made of. */
export const BUSYBOX = '/usr/bin/busybox';

const CONTAINERD_PROGRAMS = ['containerd', 'ctr', 'runc', 'umoci', 'skopeo'];

/** Why no container can be run by containerd here; false where one can: what a test's `skip` wants. */
export function containerdMissing(): string | false {
  return missing(CONTAINERD_PROGRAMS);
}

/** Why no container can be run by Docker here; false where one can. */
export function dockerMissing(): string | false {
  return missing(['dockerd', 'docker', 'runc', 'umoci', 'skopeo']);
}

/** Why no container can be run by Podman here; false where one can. */
export function podmanMissing(): string | false {
  return missing(['podman', 'conmon', 'runc', 'umoci', 'skopeo']);
}

function missing(programs: readonly string[]): string | false {
  if (process.platform !== 'linux') return 'containers take Linux';
  if (process.getuid?.() !== 0) return 'containers take root';
  const absent = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  if (!existsSync(BUSYBOX)) absent.push(BUSYBOX);
  if (absent.length === 0) return false;
  return `${absent.join(', ')} not installed (apt-get install -y --no-install-recommends ${PACKAGES})`;
}
