/** What `posture check` does, told in two places: it is a command of its own, too. */
export const checkDescription =
  'how kubelet, kube-apiserver, etcd and their like are configured, and what is wrong with it';
