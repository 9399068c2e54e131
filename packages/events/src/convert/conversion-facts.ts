/**
 * How events that older versions recorded become today's: one line for each event type and number of parameters
 * that needs a step. Facts of falcosecurity/libs 48dfd53c (userspace/libscap/engine/savefile/converter).
 *
 * action   store         keep the enter event until its exit event comes, deliver nothing
 *          store+pass    keep it and deliver it too
 *          pass          deliver it as it is
 *          add           append parameters
 *          become TYPE   turn into that type, with just the parameters that follow
 * from     oldN          the event's own parameter N (N-M: several)
 *          enterN        parameter N of the thread's kept enter event, else the type's default (N?: else empty)
 *          default       the default of the parameter's type (0; -1 for user and group ids); empty: no bytes
 *          container-json  the container's description, made from the event's separate parameters
 */
export const CONVERSION_FACTS = `
GENERIC_E 2: store
GENERIC_X 1: add enter1?
SYSCALL_OPEN_E 0: add empty*3
SYSCALL_OPEN_E 3: pass
SYSCALL_OPEN_X 4: add empty
SYSCALL_OPEN_X 5: add empty
SYSCALL_CLOSE_E 1: store
SYSCALL_CLOSE_X 1: add enter0
SYSCALL_READ_E 2: store
SYSCALL_READ_X 2: add enter0-1
SYSCALL_LINK_E 2: store
SYSCALL_LINK_X 1: become SYSCALL_LINK_2_X old0 enter0-1?
SYSCALL_LINKAT_E 4: store
SYSCALL_LINKAT_X 1: become SYSCALL_LINKAT_2_X old0 enter0-3? empty
SYSCALL_UNLINK_E 1: store
SYSCALL_UNLINK_X 1: become SYSCALL_UNLINK_2_X old0 enter0?
SYSCALL_UNLINKAT_E 2: store
SYSCALL_UNLINKAT_X 1: become SYSCALL_UNLINKAT_2_X old0 enter0-1? empty
SYSCALL_PREAD_E 3: store
SYSCALL_PREAD_X 2: add enter0-2
SYSCALL_DUP_E 1: store
SYSCALL_DUP_X 1: become SYSCALL_DUP_1_X old0 enter0?
SYSCALL_SIGNALFD_E 3: store
SYSCALL_SIGNALFD_X 1: add enter0-2
SYSCALL_KILL_E 2: store
SYSCALL_KILL_X 1: add enter0-1
SYSCALL_TKILL_E 2: store
SYSCALL_TKILL_X 1: add enter0-1
SYSCALL_TGKILL_E 3: store
SYSCALL_TGKILL_X 1: add enter0-2
SYSCALL_NANOSLEEP_E 1: store
SYSCALL_NANOSLEEP_X 1: add enter0
SYSCALL_TIMERFD_CREATE_E 2: store
SYSCALL_TIMERFD_CREATE_X 1: add enter0-1
SYSCALL_INOTIFY_INIT_E 1: store
SYSCALL_INOTIFY_INIT_X 1: add enter0
SYSCALL_GETRLIMIT_E 1: store
SYSCALL_GETRLIMIT_X 3: add enter0
SYSCALL_SETRLIMIT_E 1: store
SYSCALL_SETRLIMIT_X 3: add enter0
SYSCALL_PRLIMIT_E 2: store
SYSCALL_PRLIMIT_X 5: add enter0-1?
SCHEDSWITCH_1_E 1: become SCHEDSWITCH_6_E old0 empty*5
SYSCALL_FCNTL_E 2: store
SYSCALL_FCNTL_X 1: add enter0-1
SYSCALL_FCNTL_X 3: add default
SYSCALL_BRK_1_E 1: store
SYSCALL_BRK_1_X 1: become SYSCALL_BRK_4_X old0 enter0? empty*3
SYSCALL_BRK_4_E 1: store
SYSCALL_BRK_4_X 4: add enter0?
SYSCALL_EXECVE_8_E 0: become SYSCALL_EXECVE_13_E
SYSCALL_EXECVE_8_X 8: become SYSCALL_EXECVE_13_X old0-7 empty*5
SYSCALL_EXECVE_13_E 0: become SYSCALL_EXECVE_14_E
SYSCALL_EXECVE_13_X 13: become SYSCALL_EXECVE_14_X old0-12 empty
SYSCALL_EXECVE_14_E 0: become SYSCALL_EXECVE_15_E
SYSCALL_EXECVE_14_X 14: become SYSCALL_EXECVE_15_X old0-12 empty old13
SYSCALL_EXECVE_15_E 0: become SYSCALL_EXECVE_16_E
SYSCALL_EXECVE_15_X 15: become SYSCALL_EXECVE_16_X old0-13 empty old14
SYSCALL_EXECVE_16_E 0: become SYSCALL_EXECVE_17_E
SYSCALL_EXECVE_16_X 16: become SYSCALL_EXECVE_17_X old0-15 empty
SYSCALL_EXECVE_17_E 0: become SYSCALL_EXECVE_18_E empty
SYSCALL_EXECVE_17_X 17: become SYSCALL_EXECVE_18_X old0-16
SYSCALL_EXECVE_18_E 1: become SYSCALL_EXECVE_19_E old0
SYSCALL_EXECVE_18_X 17: become SYSCALL_EXECVE_19_X old0-16 empty
SYSCALL_EXECVE_19_X 18: add empty
SYSCALL_EXECVE_19_E 1: store+pass
SYSCALL_EXECVE_19_X 19: add empty
SYSCALL_EXECVE_19_X 20: add empty*3
SYSCALL_EXECVE_19_X 23: add empty*3
SYSCALL_EXECVE_19_X 26: add empty
SYSCALL_EXECVE_19_X 27: add empty
SYSCALL_EXECVE_19_X 28: add empty
SYSCALL_EXECVE_19_X 29: add empty
SYSCALL_EXECVE_19_X 30: add enter0?
SYSCALL_CLONE_11_X 11: become SYSCALL_CLONE_16_X old0-7 empty*5 old8-10
SYSCALL_CLONE_16_X 16: become SYSCALL_CLONE_17_X old0-12 empty old13-15
SYSCALL_CLONE_17_X 17: become SYSCALL_CLONE_20_X old0-13 empty old14-16 empty*2
SYSCALL_CLONE_20_X 20: add empty
SOCKET_BIND_E 1: store
SOCKET_BIND_X 2: add enter0
SOCKET_CONNECT_E 1: add default
SOCKET_CONNECT_E 2: store+pass
SOCKET_CONNECT_X 2: add enter0
SOCKET_CONNECT_X 3: add enter1
PROCEXIT_E 0: become PROCEXIT_1_E empty*5
SOCKET_SOCKET_E 3: store
SOCKET_SOCKET_X 1: add enter0-2
SOCKET_SOCKET_X 4: add default
SOCKET_LISTEN_E 2: store
SOCKET_LISTEN_X 1: add enter0-1
SOCKET_ACCEPT_X 3: become SOCKET_ACCEPT_5_X old0-2 default*2
SYSCALL_WRITE_E 2: store
SYSCALL_WRITE_X 2: add enter0-1
SYSCALL_PWRITE_E 3: store
SYSCALL_PWRITE_X 2: add enter0-2
SYSCALL_READV_E 1: store
SYSCALL_READV_X 3: add enter0
SYSCALL_WRITEV_E 2: store
SYSCALL_WRITEV_X 2: add enter0-1
SYSCALL_PREADV_E 2: store
SYSCALL_PREADV_X 3: add enter0-1
SYSCALL_PWRITEV_E 3: store
SYSCALL_PWRITEV_X 2: add enter0-2
SYSCALL_SETRESUID_E 3: store
SYSCALL_SETRESUID_X 1: add enter0-2?
SYSCALL_SETUID_E 1: store
SYSCALL_SETUID_X 1: add enter0?
SOCKET_RECV_E 2: store
SOCKET_RECV_X 2: add enter0-1 default
SOCKET_RECVFROM_E 2: store
SOCKET_RECVFROM_X 3: add enter0-1
SOCKET_SEND_E 2: store
SOCKET_SEND_X 2: add enter0-1 default
SOCKET_SENDTO_E 3: store
SOCKET_SENDTO_X 2: add enter0-2
SOCKET_SHUTDOWN_E 2: store
SOCKET_SHUTDOWN_X 1: add enter0-1
SOCKET_SOCKETPAIR_E 3: store
SOCKET_SOCKETPAIR_X 5: add enter0-2
SOCKET_SENDMSG_E 3: store
SOCKET_SENDMSG_X 2: add enter0-2
SOCKET_SENDMMSG_X 0: add default empty*4
SOCKET_RECVMSG_E 1: store
SOCKET_RECVMSG_X 4: add default
SOCKET_RECVMSG_X 5: add enter0
SOCKET_RECVMMSG_X 0: add default empty*5
SYSCALL_CREAT_E 0: add empty*2
SYSCALL_CREAT_E 2: pass
SYSCALL_CREAT_X 3: add empty
SYSCALL_CREAT_X 4: add empty
SYSCALL_CREAT_X 5: add empty
SYSCALL_EVENTFD_E 2: store
SYSCALL_EVENTFD_X 1: add enter0-1
SYSCALL_MKDIR_2_E 1: store
SYSCALL_MKDIR_2_X 2: add enter0?
SYSCALL_MKDIR_E 2: store
SYSCALL_MKDIR_X 1: become SYSCALL_MKDIR_2_X old0 enter0-1?
SYSCALL_RMDIR_E 1: store
SYSCALL_RMDIR_X 1: become SYSCALL_RMDIR_2_X old0 enter0?
SYSCALL_OPENAT_E 4: store
SYSCALL_OPENAT_X 1: become SYSCALL_OPENAT_2_X old0 enter0-3? empty*2
SYSCALL_OPENAT_2_E 0: add empty*4
SYSCALL_OPENAT_2_E 4: pass
SYSCALL_OPENAT_2_X 5: add empty
SYSCALL_OPENAT_2_X 6: add empty
SYSCALL_UNSHARE_E 1: store
SYSCALL_UNSHARE_X 1: add enter0
SYSCALL_FUTEX_E 3: store
SYSCALL_FUTEX_X 1: add enter0-2
SYSCALL_FSTAT_E 1: store
SYSCALL_FSTAT_X 1: add enter0
SYSCALL_EPOLLWAIT_E 1: store
SYSCALL_EPOLLWAIT_X 1: add enter0
SYSCALL_POLL_E 2: store
SYSCALL_POLL_X 2: add enter1
SYSCALL_NEWSELECT_X 1: become SYSCALL_SELECT_X old0
SYSCALL_LSEEK_E 3: store
SYSCALL_LSEEK_X 1: add enter0-2
SYSCALL_LLSEEK_E 3: store
SYSCALL_LLSEEK_X 1: add enter0-2
SYSCALL_IOCTL_2_E 2: store
SYSCALL_IOCTL_2_X 1: become SYSCALL_IOCTL_3_X old0 enter0-1? empty
SYSCALL_IOCTL_3_E 3: store
SYSCALL_IOCTL_3_X 1: add enter0-2
SYSCALL_MMAP_E 6: store
SYSCALL_MMAP_X 4: add enter0-5
SYSCALL_MMAP2_E 6: store
SYSCALL_MMAP2_X 4: add enter0-5
SYSCALL_MUNMAP_E 2: store
SYSCALL_MUNMAP_X 4: add enter0-1
SYSCALL_SPLICE_E 4: store
SYSCALL_SPLICE_X 1: add enter0-3
SYSCALL_PTRACE_E 2: store
SYSCALL_PTRACE_X 0: add empty*3
SYSCALL_PTRACE_X 3: add enter0-1?
SYSCALL_FORK_X 16: become SYSCALL_FORK_17_X old0-12 empty old13-15
SYSCALL_FORK_17_X 17: become SYSCALL_FORK_20_X old0-13 empty old14-16 empty*2
SYSCALL_FORK_20_X 20: add empty
SYSCALL_VFORK_X 16: become SYSCALL_VFORK_17_X old0-12 empty old13-15
SYSCALL_VFORK_17_X 17: become SYSCALL_VFORK_20_X old0-13 empty old14-16 empty*2
SYSCALL_VFORK_20_X 20: add empty
SYSCALL_SENDFILE_E 4: store
SYSCALL_SENDFILE_X 2: add enter0-1 enter3
SYSCALL_QUOTACTL_E 4: store
SYSCALL_QUOTACTL_X 14: add enter0-3
SYSCALL_FCHDIR_E 1: store
SYSCALL_FCHDIR_X 1: add enter0?
SYSCALL_GETDENTS_E 1: store
SYSCALL_GETDENTS_X 1: add enter0
SYSCALL_GETDENTS64_E 1: store
SYSCALL_GETDENTS64_X 1: add enter0
SYSCALL_SETNS_E 2: store
SYSCALL_SETNS_X 1: add enter0-1?
SYSCALL_FLOCK_E 2: store
SYSCALL_FLOCK_X 1: add enter0-1
SYSCALL_SEMOP_E 1: store
SYSCALL_SEMOP_X 8: add enter0
SYSCALL_SEMCTL_E 4: store
SYSCALL_SEMCTL_X 1: add enter0-3
SYSCALL_PPOLL_E 3: store
SYSCALL_PPOLL_X 2: add enter1-2
SYSCALL_MOUNT_E 1: store
SYSCALL_MOUNT_X 4: add enter0
SYSCALL_UMOUNT_X 2: become SYSCALL_UMOUNT_1_X old0-1
SYSCALL_SEMGET_E 3: store
SYSCALL_SEMGET_X 1: add enter0-2
SYSCALL_ACCESS_E 1: store
SYSCALL_ACCESS_X 2: add enter0
CONTAINER_E 4: become CONTAINER_JSON_E container-json
CONTAINER_JSON_E 1: become CONTAINER_JSON_2_E old0
SYSCALL_SETGID_E 1: store
SYSCALL_SETGID_X 1: add enter0?
SYSCALL_SETPGID_E 2: store
SYSCALL_SETPGID_X 1: add enter0-1?
SYSCALL_BPF_E 1: store
SYSCALL_BPF_X 1: become SYSCALL_BPF_2_X old0 enter0?
SYSCALL_SECCOMP_E 1: add default
SYSCALL_SECCOMP_E 2: store
SYSCALL_SECCOMP_X 1: add enter0-1
SYSCALL_OPENAT2_E 0: add empty*5
SYSCALL_OPENAT2_E 5: pass
SYSCALL_OPENAT2_X 6: add empty*2
SYSCALL_MPROTECT_E 3: store
SYSCALL_MPROTECT_X 1: add enter0-2
SYSCALL_EXECVEAT_E 3: pass
SYSCALL_EXECVEAT_X 19: add empty
SYSCALL_EXECVEAT_X 20: add empty*3
SYSCALL_EXECVEAT_X 23: add empty*3
SYSCALL_EXECVEAT_X 26: add empty
SYSCALL_EXECVEAT_X 27: add empty
SYSCALL_EXECVEAT_X 28: add empty
SYSCALL_EXECVEAT_X 29: add empty
SYSCALL_COPY_FILE_RANGE_E 3: store
SYSCALL_COPY_FILE_RANGE_X 3: add enter0-2
SYSCALL_CLONE3_X 20: add empty
SYSCALL_EPOLL_CREATE_E 1: store
SYSCALL_EPOLL_CREATE_X 1: add enter0
SYSCALL_EPOLL_CREATE1_E 1: store
SYSCALL_EPOLL_CREATE1_X 1: add enter0
SYSCALL_SETRESGID_E 3: store
SYSCALL_SETRESGID_X 1: add enter0-2?
SOCKET_ACCEPT4_E 1: store
SOCKET_ACCEPT4_X 3: become SOCKET_ACCEPT4_6_X old0-2 default*2 enter0
SOCKET_ACCEPT4_5_E 1: store
SOCKET_ACCEPT4_5_X 5: become SOCKET_ACCEPT4_6_X old0-4 enter0
SOCKET_ACCEPT4_6_E 1: store
SOCKET_ACCEPT4_6_X 5: add enter0
SYSCALL_UMOUNT2_E 1: store
SYSCALL_UMOUNT2_X 2: add enter0
SYSCALL_EVENTFD2_E 1: store
SYSCALL_EVENTFD2_X 2: add enter0
SYSCALL_SIGNALFD4_E 2: store
SYSCALL_SIGNALFD4_X 2: add enter0-1
`;
