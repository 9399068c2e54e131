export { type ApiServer, apiServerMissing, type ServiceAccount, startApiServer } from './api-server.ts';
export {
  BUSYBOX_IMAGE,
  type ImageFiles,
  type ImageOptions,
  makeBusyboxImage,
} from './busybox-image.ts';
export {
  type BindMount,
  type ContainerOrder,
  cgroupOf,
  type RunningContainer,
  unifiedFolderOf,
} from './container.ts';
export { type Containerd, type ContainerdOrder, CRI_NAMESPACE, startContainerd } from './containerd.ts';
export { type Pod, type PodContainerOrder, type PodOrder, runPod } from './cri-pod.ts';
export { type Docker, type DockerOrder, startDocker } from './docker.ts';
export { type Podman, startPodman } from './podman.ts';
export { containerdMissing, dockerMissing, podmanMissing } from './support.ts';
