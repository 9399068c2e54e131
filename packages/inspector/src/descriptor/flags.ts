/** Flags of a descriptor (libsinsp's `sinsp_fdinfo::flags`). */
export const DescriptorFlag = {
  /** Seeded from /proc or a capture's table rather than by an event. */
  fromProc: 1 << 0,
  roleClient: 1 << 2,
  roleServer: 1 << 3,
  isConnected: 1 << 13,
  /** Inherited over a fork. */
  isCloned: 1 << 14,
  isConnectionPending: 1 << 15,
  hasConnectionFailed: 1 << 16,
  isOverlayUpper: 1 << 17,
  isOverlayLower: 1 << 18,
} as const;

/** Open flags in scap's numbering (driver/ppm_events_public.h: PPM_O_*, PPM_FD_*). */
export const OpenFlag = {
  directory: 1 << 10,
  closeOnExec: 1 << 12,
  /** From here up: flags that the probe adds to what the caller asked for. */
  created: 1 << 14,
  isUpperLayer: 1 << 15,
  isLowerLayer: 1 << 16,
} as const;

/** Close-on-exec as epoll and memfd number it: bit 0. */
export const CLOSE_ON_EXEC_BIT_ZERO = 1;

/** Transport protocols in scap's numbering (SCAP_L4_*). */
export const Protocol = { unknown: 0, notAvailable: 1, tcp: 2, udp: 3, icmp: 4, raw: 5 } as const;

/** Address families that the tables understand (Linux's own numbers). */
export const Family = { unix: 1, ipv4: 2, ipv6: 10, netlink: 16 } as const;
