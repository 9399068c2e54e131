/**
 * Every event type, one a line, in the order of their ids: symbol, name, categories, flags, parameters. A parameter
 * is name:type:format, and where it has one a table of flag values, the parameter that a path is relative to
 * (@index), or the variants of a dynamic type (*table).
 * Written by scripts/generate-event-table.ts. Facts of falcosecurity/libs (driver/event_table.c), used under MIT:
 * see LICENSE-event-table.
 */
export const EVENT_FACTS = `
GENERIC_E|syscall|other syscall|old_version converter_managed|ID:syscallid:dec nativeID:uint16:dec
GENERIC_X|syscall|other syscall|converter_managed|ID:syscallid:dec nativeID:uint16:dec
SYSCALL_OPEN_E|open|file syscall|creates_fd modifies_state converter_managed|name:fspath:na flags:flags32:hex:file_flags mode:uint32:oct
SYSCALL_OPEN_X|open|file syscall|creates_fd modifies_state converter_managed|fd:fd:dec name:fspath:na flags:flags32:hex:file_flags mode:uint32:oct dev:uint32:hex ino:uint64:dec
SYSCALL_CLOSE_E|close|io_other syscall|old_version destroys_fd uses_fd modifies_state converter_managed|fd:fd:dec
SYSCALL_CLOSE_X|close|io_other syscall|destroys_fd uses_fd modifies_state converter_managed|res:errno:dec fd:fd:dec
SYSCALL_READ_E|read|io_read syscall|old_version uses_fd reads_from_fd converter_managed|fd:fd:dec size:uint32:dec
SYSCALL_READ_X|read|io_read syscall|uses_fd reads_from_fd converter_managed|res:errno:dec data:bytebuf:na fd:fd:dec size:uint32:dec
SYSCALL_WRITE_E|write|io_write syscall|old_version uses_fd writes_to_fd converter_managed|fd:fd:dec size:uint32:dec
SYSCALL_WRITE_X|write|io_write syscall|uses_fd writes_to_fd converter_managed|res:errno:dec data:bytebuf:na fd:fd:dec size:uint32:dec
SYSCALL_BRK_1_E|brk|memory syscall|old_version converter_managed|size:uint32:dec
SYSCALL_BRK_1_X|brk|memory syscall|old_version converter_managed|res:uint64:hex
SYSCALL_EXECVE_8_E|execve|process syscall|old_version modifies_state converter_managed|
SYSCALL_EXECVE_8_X|execve|process syscall|old_version modifies_state converter_managed|res:errno:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:uint64:dec
SYSCALL_CLONE_11_E|clone|process syscall|old_version modifies_state|
SYSCALL_CLONE_11_X|clone|process syscall|old_version modifies_state converter_managed|res:pid:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:int64:dec flags:flags32:hex:clone_flags uid:uint32:dec gid:uint32:dec
PROCEXIT_E|procexit|process tracepoint|old_version modifies_state converter_managed|
PROCEXIT_X|NA|unknown|unused|
SOCKET_SOCKET_E|socket|net syscall|old_version creates_fd modifies_state converter_managed|domain:enumflags32:dec:socket_families type:uint32:dec proto:uint32:dec
SOCKET_SOCKET_X|socket|net syscall|creates_fd modifies_state converter_managed|fd:fd:dec domain:enumflags32:dec:socket_families type:uint32:dec proto:uint32:dec flags:flags32:hex:file_flags
SOCKET_BIND_E|bind|net syscall|old_version uses_fd modifies_state converter_managed|fd:fd:dec
SOCKET_BIND_X|bind|net syscall|uses_fd modifies_state converter_managed|res:errno:dec addr:sockaddr:na fd:fd:dec
SOCKET_CONNECT_E|connect|net syscall|uses_fd modifies_state converter_managed|fd:fd:dec addr:sockaddr:na
SOCKET_CONNECT_X|connect|net syscall|uses_fd modifies_state converter_managed|res:errno:dec tuple:socktuple:na fd:fd:dec addr:sockaddr:na
SOCKET_LISTEN_E|listen|net syscall|old_version uses_fd converter_managed|fd:fd:dec backlog:int32:dec
SOCKET_LISTEN_X|listen|net syscall|uses_fd converter_managed|res:errno:dec fd:fd:dec backlog:int32:dec
SOCKET_ACCEPT_E|accept|net syscall|old_version creates_fd modifies_state|
SOCKET_ACCEPT_X|accept|net syscall|old_version creates_fd modifies_state converter_managed|fd:fd:dec tuple:socktuple:na queuepct:uint8:dec
SOCKET_SEND_E|send|io_write syscall|old_version uses_fd writes_to_fd converter_managed|fd:fd:dec size:uint32:dec
SOCKET_SEND_X|send|io_write syscall|uses_fd writes_to_fd converter_managed|res:errno:dec data:bytebuf:na fd:fd:dec size:uint32:dec tuple:socktuple:na
SOCKET_SENDTO_E|sendto|io_write syscall|old_version uses_fd writes_to_fd modifies_state converter_managed|fd:fd:dec size:uint32:dec tuple:socktuple:na
SOCKET_SENDTO_X|sendto|io_write syscall|uses_fd writes_to_fd modifies_state converter_managed|res:errno:dec data:bytebuf:na fd:fd:dec size:uint32:dec tuple:socktuple:na
SOCKET_RECV_E|recv|io_read syscall|old_version uses_fd reads_from_fd converter_managed|fd:fd:dec size:uint32:dec
SOCKET_RECV_X|recv|io_read syscall|uses_fd reads_from_fd converter_managed|res:errno:dec data:bytebuf:na fd:fd:dec size:uint32:dec tuple:socktuple:na
SOCKET_RECVFROM_E|recvfrom|io_read syscall|old_version uses_fd reads_from_fd modifies_state converter_managed|fd:fd:dec size:uint32:dec
SOCKET_RECVFROM_X|recvfrom|io_read syscall|uses_fd reads_from_fd modifies_state converter_managed|res:errno:dec data:bytebuf:na tuple:socktuple:na fd:fd:dec size:uint32:dec
SOCKET_SHUTDOWN_E|shutdown|net syscall|old_version uses_fd modifies_state converter_managed|fd:fd:dec how:enumflags8:hex:shutdown_how
SOCKET_SHUTDOWN_X|shutdown|net syscall|uses_fd modifies_state converter_managed|res:errno:dec fd:fd:dec how:enumflags8:hex:shutdown_how
SOCKET_GETSOCKNAME_E|getsockname|net syscall|old_version|
SOCKET_GETSOCKNAME_X|getsockname|net syscall|none|
SOCKET_GETPEERNAME_E|getpeername|net syscall|old_version|
SOCKET_GETPEERNAME_X|getpeername|net syscall|none|
SOCKET_SOCKETPAIR_E|socketpair|ipc syscall|old_version creates_fd modifies_state converter_managed|domain:enumflags32:dec:socket_families type:uint32:dec proto:uint32:dec
SOCKET_SOCKETPAIR_X|socketpair|ipc syscall|creates_fd modifies_state converter_managed|res:errno:dec fd1:fd:dec fd2:fd:dec source:uint64:hex peer:uint64:hex domain:enumflags32:dec:socket_families type:uint32:dec proto:uint32:dec
SOCKET_SETSOCKOPT_E|setsockopt|net syscall|old_version|
SOCKET_SETSOCKOPT_X|setsockopt|net syscall|uses_fd|res:errno:dec fd:fd:dec level:enumflags8:dec:sockopt_levels optname:enumflags8:dec:sockopt_options val:dyn:dec:*sockopt optlen:uint32:dec
SOCKET_GETSOCKOPT_E|getsockopt|net syscall|old_version modifies_state|
SOCKET_GETSOCKOPT_X|getsockopt|net syscall|uses_fd modifies_state|res:errno:dec fd:fd:dec level:enumflags8:dec:sockopt_levels optname:enumflags8:dec:sockopt_options val:dyn:dec:*sockopt optlen:uint32:dec
SOCKET_SENDMSG_E|sendmsg|io_write syscall|old_version uses_fd writes_to_fd modifies_state converter_managed|fd:fd:dec size:uint32:dec tuple:socktuple:na
SOCKET_SENDMSG_X|sendmsg|io_write syscall|uses_fd writes_to_fd modifies_state converter_managed|res:errno:dec data:bytebuf:na fd:fd:dec size:uint32:dec tuple:socktuple:na
SOCKET_SENDMMSG_E|sendmmsg|io_write syscall|old_version|
SOCKET_SENDMMSG_X|sendmmsg|io_write syscall|uses_fd writes_to_fd modifies_state converter_managed|res:errno:dec fd:fd:dec size:uint32:dec data:bytebuf:na tuple:socktuple:na
SOCKET_RECVMSG_E|recvmsg|io_read syscall|old_version uses_fd reads_from_fd modifies_state converter_managed|fd:fd:dec
SOCKET_RECVMSG_X|recvmsg|io_read syscall|uses_fd reads_from_fd modifies_state converter_managed|res:errno:dec size:uint32:dec data:bytebuf:na tuple:socktuple:na msgcontrol:bytebuf:na fd:fd:dec
SOCKET_RECVMMSG_E|recvmmsg|io_read syscall|old_version|
SOCKET_RECVMMSG_X|recvmmsg|io_read syscall|uses_fd reads_from_fd modifies_state converter_managed|res:errno:dec fd:fd:dec size:uint32:dec data:bytebuf:na tuple:socktuple:na msgcontrol:bytebuf:na
SOCKET_ACCEPT4_E|accept|net syscall|old_version creates_fd modifies_state converter_managed|flags:int32:hex
SOCKET_ACCEPT4_X|accept|net syscall|old_version creates_fd modifies_state converter_managed|fd:fd:dec tuple:socktuple:na queuepct:uint8:dec
SYSCALL_CREAT_E|creat|file syscall|creates_fd modifies_state converter_managed|name:fspath:na mode:uint32:oct
SYSCALL_CREAT_X|creat|file syscall|creates_fd modifies_state converter_managed|fd:fd:dec name:fspath:na mode:uint32:oct dev:uint32:hex ino:uint64:dec creat_flags:flags16:hex:creat_flags
SYSCALL_PIPE_E|pipe|ipc syscall|old_version creates_fd modifies_state|
SYSCALL_PIPE_X|pipe|ipc syscall|creates_fd modifies_state|res:errno:dec fd1:fd:dec fd2:fd:dec ino:uint64:dec
SYSCALL_EVENTFD_E|eventfd|ipc syscall|old_version creates_fd modifies_state converter_managed|initval:uint64:dec flags:uint32:hex
SYSCALL_EVENTFD_X|eventfd|ipc syscall|creates_fd modifies_state converter_managed|res:fd:dec initval:uint64:dec flags:uint32:hex
SYSCALL_FUTEX_E|futex|ipc syscall|old_version converter_managed|addr:uint64:hex op:flags16:hex:futex_operations val:uint64:dec
SYSCALL_FUTEX_X|futex|ipc syscall|converter_managed|res:errno:dec addr:uint64:hex op:flags16:hex:futex_operations val:uint64:dec
SYSCALL_STAT_E|stat|file syscall|old_version|
SYSCALL_STAT_X|stat|file syscall|none|res:errno:dec path:fspath:na
SYSCALL_LSTAT_E|lstat|file syscall|old_version|
SYSCALL_LSTAT_X|lstat|file syscall|none|res:errno:dec path:fspath:na
SYSCALL_FSTAT_E|fstat|file syscall|old_version uses_fd converter_managed|fd:fd:na
SYSCALL_FSTAT_X|fstat|file syscall|uses_fd converter_managed|res:errno:dec fd:fd:na
SYSCALL_STAT64_E|stat64|file syscall|old_version|
SYSCALL_STAT64_X|stat64|file syscall|none|res:errno:dec path:fspath:na
SYSCALL_LSTAT64_E|lstat64|file syscall|old_version|
SYSCALL_LSTAT64_X|lstat64|file syscall|none|res:errno:dec path:fspath:na
SYSCALL_FSTAT64_E|fstat64|file syscall|old_version uses_fd|fd:fd:na
SYSCALL_FSTAT64_X|fstat64|file syscall|none|res:errno:dec
SYSCALL_EPOLLWAIT_E|epoll_wait|wait syscall|old_version waits converter_managed|maxevents:errno:dec
SYSCALL_EPOLLWAIT_X|epoll_wait|wait syscall|waits converter_managed|res:errno:dec maxevents:errno:dec
SYSCALL_POLL_E|poll|wait syscall|old_version waits converter_managed|fds:fdlist:dec timeout:int64:dec
SYSCALL_POLL_X|poll|wait syscall|waits converter_managed|res:errno:dec fds:fdlist:dec timeout:int64:dec
SYSCALL_SELECT_E|select|wait syscall|old_version waits|
SYSCALL_SELECT_X|select|wait syscall|waits|res:errno:dec
SYSCALL_NEWSELECT_E|select|wait syscall|old_version waits|
SYSCALL_NEWSELECT_X|select|wait syscall|old_version waits converter_managed|res:errno:dec
SYSCALL_LSEEK_E|lseek|file syscall|old_version uses_fd converter_managed|fd:fd:dec offset:uint64:dec whence:enumflags8:dec:lseek_whence
SYSCALL_LSEEK_X|lseek|file syscall|uses_fd converter_managed|res:errno:dec fd:fd:dec offset:uint64:dec whence:enumflags8:dec:lseek_whence
SYSCALL_LLSEEK_E|llseek|file syscall|old_version uses_fd converter_managed|fd:fd:dec offset:uint64:dec whence:enumflags8:dec:lseek_whence
SYSCALL_LLSEEK_X|llseek|file syscall|uses_fd converter_managed|res:errno:dec fd:fd:dec offset:uint64:dec whence:enumflags8:dec:lseek_whence
SYSCALL_IOCTL_2_E|ioctl|io_other syscall|old_version uses_fd converter_managed|fd:fd:dec request:uint64:hex
SYSCALL_IOCTL_2_X|ioctl|io_other syscall|old_version uses_fd converter_managed|res:errno:dec
SYSCALL_GETCWD_E|getcwd|file syscall|old_version|
SYSCALL_GETCWD_X|getcwd|file syscall|none|res:errno:dec path:charbuf:na
SYSCALL_CHDIR_E|chdir|file syscall|old_version modifies_state|
SYSCALL_CHDIR_X|chdir|file syscall|modifies_state|res:errno:dec path:charbuf:na
SYSCALL_FCHDIR_E|fchdir|file syscall|old_version uses_fd modifies_state converter_managed|fd:fd:na
SYSCALL_FCHDIR_X|fchdir|file syscall|uses_fd modifies_state converter_managed|res:errno:dec fd:fd:na
SYSCALL_MKDIR_E|mkdir|file syscall|old_version converter_managed|path:fspath:na mode:uint32:hex
SYSCALL_MKDIR_X|mkdir|file syscall|old_version converter_managed|res:errno:dec
SYSCALL_RMDIR_E|rmdir|file syscall|old_version converter_managed|path:fspath:na
SYSCALL_RMDIR_X|rmdir|file syscall|old_version converter_managed|res:errno:dec
SYSCALL_OPENAT_E|openat|file syscall|old_version creates_fd modifies_state converter_managed|dirfd:fd:dec name:charbuf:na flags:flags32:hex:file_flags mode:uint32:oct
SYSCALL_OPENAT_X|openat|file syscall|old_version creates_fd modifies_state converter_managed|fd:fd:dec
SYSCALL_LINK_E|link|file syscall|old_version converter_managed|oldpath:fspath:na newpath:fspath:na
SYSCALL_LINK_X|link|file syscall|old_version converter_managed|res:errno:dec
SYSCALL_LINKAT_E|linkat|file syscall|old_version converter_managed|olddir:fd:dec oldpath:charbuf:na newdir:fd:dec newpath:charbuf:na
SYSCALL_LINKAT_X|linkat|file syscall|old_version converter_managed|res:errno:dec
SYSCALL_UNLINK_E|unlink|file syscall|old_version converter_managed|path:fspath:na
SYSCALL_UNLINK_X|unlink|file syscall|old_version converter_managed|res:errno:dec
SYSCALL_UNLINKAT_E|unlinkat|file syscall|old_version converter_managed|dirfd:fd:dec name:charbuf:na
SYSCALL_UNLINKAT_X|unlinkat|file syscall|old_version converter_managed|res:errno:dec
SYSCALL_PREAD_E|pread|io_read syscall|old_version uses_fd reads_from_fd converter_managed|fd:fd:dec size:uint32:dec pos:uint64:dec
SYSCALL_PREAD_X|pread|io_read syscall|uses_fd reads_from_fd converter_managed|res:errno:dec data:bytebuf:na fd:fd:dec size:uint32:dec pos:uint64:dec
SYSCALL_PWRITE_E|pwrite|io_write syscall|old_version uses_fd writes_to_fd converter_managed|fd:fd:dec size:uint32:dec pos:uint64:dec
SYSCALL_PWRITE_X|pwrite|io_write syscall|uses_fd writes_to_fd converter_managed|res:errno:dec data:bytebuf:na fd:fd:dec size:uint32:dec pos:uint64:dec
SYSCALL_READV_E|readv|io_read syscall|old_version uses_fd reads_from_fd converter_managed|fd:fd:dec
SYSCALL_READV_X|readv|io_read syscall|uses_fd reads_from_fd converter_managed|res:errno:dec size:uint32:dec data:bytebuf:na fd:fd:dec
SYSCALL_WRITEV_E|writev|io_write syscall|old_version uses_fd writes_to_fd converter_managed|fd:fd:dec size:uint32:dec
SYSCALL_WRITEV_X|writev|io_write syscall|uses_fd writes_to_fd converter_managed|res:errno:dec data:bytebuf:na fd:fd:dec size:uint32:dec
SYSCALL_PREADV_E|preadv|io_read syscall|old_version uses_fd reads_from_fd converter_managed|fd:fd:dec pos:uint64:dec
SYSCALL_PREADV_X|preadv|io_read syscall|uses_fd reads_from_fd converter_managed|res:errno:dec size:uint32:dec data:bytebuf:na fd:fd:dec pos:uint64:dec
SYSCALL_PWRITEV_E|pwritev|io_write syscall|old_version uses_fd writes_to_fd converter_managed|fd:fd:dec size:uint32:dec pos:uint64:dec
SYSCALL_PWRITEV_X|pwritev|io_write syscall|uses_fd writes_to_fd converter_managed|res:errno:dec data:bytebuf:na fd:fd:dec size:uint32:dec pos:uint64:dec
SYSCALL_DUP_E|dup|io_other syscall|old_version creates_fd uses_fd modifies_state converter_managed|fd:fd:dec
SYSCALL_DUP_X|dup|io_other syscall|old_version creates_fd uses_fd modifies_state converter_managed|res:fd:dec
SYSCALL_SIGNALFD_E|signalfd|signal syscall|old_version creates_fd modifies_state converter_managed|fd:fd:dec mask:uint32:hex flags:uint8:hex
SYSCALL_SIGNALFD_X|signalfd|signal syscall|creates_fd modifies_state converter_managed|res:fd:dec fd:fd:dec mask:uint32:hex flags:uint8:hex
SYSCALL_KILL_E|kill|signal syscall|old_version converter_managed|pid:pid:dec sig:sigtype:dec
SYSCALL_KILL_X|kill|signal syscall|converter_managed|res:errno:dec pid:pid:dec sig:sigtype:dec
SYSCALL_TKILL_E|tkill|signal syscall|old_version converter_managed|tid:pid:dec sig:sigtype:dec
SYSCALL_TKILL_X|tkill|signal syscall|converter_managed|res:errno:dec tid:pid:dec sig:sigtype:dec
SYSCALL_TGKILL_E|tgkill|signal syscall|old_version converter_managed|pid:pid:dec tid:pid:dec sig:sigtype:dec
SYSCALL_TGKILL_X|tgkill|signal syscall|converter_managed|res:errno:dec pid:pid:dec tid:pid:dec sig:sigtype:dec
SYSCALL_NANOSLEEP_E|nanosleep|sleep syscall|old_version waits converter_managed|interval:reltime:dec
SYSCALL_NANOSLEEP_X|nanosleep|sleep syscall|waits converter_managed|res:errno:dec interval:reltime:dec
SYSCALL_TIMERFD_CREATE_E|timerfd_create|time syscall|old_version creates_fd modifies_state converter_managed|clockid:uint8:dec flags:uint8:hex
SYSCALL_TIMERFD_CREATE_X|timerfd_create|time syscall|creates_fd modifies_state converter_managed|res:fd:dec clockid:uint8:dec flags:uint8:hex
SYSCALL_INOTIFY_INIT_E|inotify_init|ipc syscall|old_version creates_fd modifies_state converter_managed|flags:uint8:hex
SYSCALL_INOTIFY_INIT_X|inotify_init|ipc syscall|creates_fd modifies_state converter_managed|res:fd:dec flags:uint8:hex
SYSCALL_GETRLIMIT_E|getrlimit|process syscall|old_version converter_managed|resource:enumflags8:dec:rlimit_resources
SYSCALL_GETRLIMIT_X|getrlimit|process syscall|converter_managed|res:errno:dec cur:int64:dec max:int64:dec resource:enumflags8:dec:rlimit_resources
SYSCALL_SETRLIMIT_E|setrlimit|process syscall|old_version converter_managed|resource:enumflags8:dec:rlimit_resources
SYSCALL_SETRLIMIT_X|setrlimit|process syscall|converter_managed|res:errno:dec cur:int64:dec max:int64:dec resource:enumflags8:dec:rlimit_resources
SYSCALL_PRLIMIT_E|prlimit|process syscall|old_version converter_managed|pid:pid:dec resource:enumflags8:dec:rlimit_resources
SYSCALL_PRLIMIT_X|prlimit|process syscall|converter_managed|res:errno:dec newcur:int64:dec newmax:int64:dec oldcur:int64:dec oldmax:int64:dec pid:int64:dec resource:enumflags8:dec:rlimit_resources
SCHEDSWITCH_1_E|switch|scheduler tracepoint|old_version skipparsereset converter_managed|next:pid:dec
SCHEDSWITCH_1_X|NA|unknown|unused|
DROP_E|drop|internal metaevent|skipparsereset|ratio:uint32:dec
DROP_X|drop|internal metaevent|skipparsereset|ratio:uint32:dec
SYSCALL_FCNTL_E|fcntl|io_other syscall|old_version uses_fd modifies_state converter_managed|fd:fd:dec cmd:enumflags8:dec:fcntl_commands
SYSCALL_FCNTL_X|fcntl|io_other syscall|uses_fd modifies_state converter_managed|res:fd:dec fd:fd:dec cmd:enumflags8:dec:fcntl_commands arg:uint64:hex
SCHEDSWITCH_6_E|switch|scheduler tracepoint|none|next:pid:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec
SCHEDSWITCH_6_X|NA|unknown|unused|
SYSCALL_EXECVE_13_E|execve|process syscall|old_version modifies_state converter_managed|
SYSCALL_EXECVE_13_X|execve|process syscall|old_version modifies_state converter_managed|res:errno:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:uint64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec
SYSCALL_CLONE_16_E|clone|process syscall|old_version modifies_state|
SYSCALL_CLONE_16_X|clone|process syscall|old_version modifies_state converter_managed|res:pid:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:int64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec flags:flags32:hex:clone_flags uid:uint32:dec gid:uint32:dec
SYSCALL_BRK_4_E|brk|memory syscall|old_version converter_managed|addr:uint64:hex
SYSCALL_BRK_4_X|brk|memory syscall|converter_managed|res:uint64:hex vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec addr:uint64:hex
SYSCALL_MMAP_E|mmap|memory syscall|old_version uses_fd converter_managed|addr:uint64:hex length:uint64:dec prot:flags32:hex:prot_flags flags:flags32:hex:mmap_flags fd:fd:dec offset:uint64:dec
SYSCALL_MMAP_X|mmap|memory syscall|uses_fd converter_managed|res:errno:hex vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec addr:uint64:hex length:uint64:dec prot:flags32:hex:prot_flags flags:flags32:hex:mmap_flags fd:fd:dec offset:uint64:dec
SYSCALL_MMAP2_E|mmap2|memory syscall|old_version uses_fd converter_managed|addr:uint64:hex length:uint64:dec prot:flags32:hex:prot_flags flags:flags32:hex:mmap_flags fd:fd:dec pgoffset:uint64:dec
SYSCALL_MMAP2_X|mmap2|memory syscall|uses_fd converter_managed|res:errno:hex vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec addr:uint64:hex length:uint64:dec prot:flags32:hex:prot_flags flags:flags32:hex:mmap_flags fd:fd:dec pgoffset:uint64:dec
SYSCALL_MUNMAP_E|munmap|memory syscall|old_version converter_managed|addr:uint64:hex length:uint64:dec
SYSCALL_MUNMAP_X|munmap|memory syscall|converter_managed|res:errno:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec addr:uint64:hex length:uint64:dec
SYSCALL_SPLICE_E|splice|io_other syscall|old_version uses_fd converter_managed|fd_in:fd:dec fd_out:fd:dec size:uint64:dec flags:flags32:hex:splice_flags
SYSCALL_SPLICE_X|splice|io_other syscall|uses_fd converter_managed|res:errno:dec fd_in:fd:dec fd_out:fd:dec size:uint64:dec flags:flags32:hex:splice_flags
SYSCALL_PTRACE_E|ptrace|process syscall|old_version converter_managed|request:enumflags16:dec:ptrace_requests pid:pid:dec
SYSCALL_PTRACE_X|ptrace|process syscall|converter_managed|res:errno:dec addr:dyn:hex:*ptrace data:dyn:hex:*ptrace request:enumflags16:dec:ptrace_requests pid:pid:dec
SYSCALL_IOCTL_3_E|ioctl|io_other syscall|old_version uses_fd converter_managed|fd:fd:dec request:uint64:hex argument:uint64:hex
SYSCALL_IOCTL_3_X|ioctl|io_other syscall|uses_fd converter_managed|res:errno:dec fd:fd:dec request:uint64:hex argument:uint64:hex
SYSCALL_EXECVE_14_E|execve|process syscall|old_version modifies_state converter_managed|
SYSCALL_EXECVE_14_X|execve|process syscall|old_version modifies_state converter_managed|res:errno:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:uint64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec env:bytebuf:na
SYSCALL_RENAME_E|rename|file syscall|old_version|
SYSCALL_RENAME_X|rename|file syscall|none|res:errno:dec oldpath:fspath:na newpath:fspath:na
SYSCALL_RENAMEAT_E|renameat|file syscall|old_version|
SYSCALL_RENAMEAT_X|renameat|file syscall|none|res:errno:dec olddirfd:fd:dec oldpath:fsrelpath:na:@1 newdirfd:fd:dec newpath:fsrelpath:na:@3
SYSCALL_SYMLINK_E|symlink|file syscall|old_version|
SYSCALL_SYMLINK_X|symlink|file syscall|none|res:errno:dec target:charbuf:na linkpath:fspath:na
SYSCALL_SYMLINKAT_E|symlinkat|file syscall|old_version|
SYSCALL_SYMLINKAT_X|symlinkat|file syscall|uses_fd|res:errno:dec target:charbuf:na linkdirfd:fd:dec linkpath:fsrelpath:na:@2
SYSCALL_FORK_E|fork|process syscall|old_version modifies_state|
SYSCALL_FORK_X|fork|process syscall|old_version modifies_state converter_managed|res:pid:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:int64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec flags:flags32:hex:clone_flags uid:uint32:dec gid:uint32:dec
SYSCALL_VFORK_E|vfork|process syscall|old_version modifies_state|
SYSCALL_VFORK_X|vfork|process syscall|old_version modifies_state converter_managed|res:pid:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:int64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec flags:flags32:hex:clone_flags uid:uint32:dec gid:uint32:dec
PROCEXIT_1_E|procexit|process tracepoint|modifies_state|status:errno:dec ret:errno:dec sig:sigtype:dec core:uint8:dec reaper_tid:pid:dec
PROCEXIT_1_X|NA|unknown|unused|
SYSCALL_SENDFILE_E|sendfile|io_write syscall|old_version uses_fd converter_managed|out_fd:fd:dec in_fd:fd:dec offset:uint64:dec size:uint64:dec
SYSCALL_SENDFILE_X|sendfile|io_write syscall|uses_fd converter_managed|res:errno:dec offset:uint64:dec out_fd:fd:dec in_fd:fd:dec size:uint64:dec
SYSCALL_QUOTACTL_E|quotactl|user syscall|old_version converter_managed|cmd:flags16:dec:quotactl_cmds type:flags8:dec:quotactl_types id:uint32:dec quota_fmt:flags8:dec:quotactl_quota_fmts
SYSCALL_QUOTACTL_X|quotactl|user syscall|converter_managed|res:errno:dec special:charbuf:na quotafilepath:charbuf:na dqb_bhardlimit:uint64:dec dqb_bsoftlimit:uint64:dec dqb_curspace:uint64:dec dqb_ihardlimit:uint64:dec dqb_isoftlimit:uint64:dec dqb_btime:reltime:dec dqb_itime:reltime:dec dqi_bgrace:reltime:dec dqi_igrace:reltime:dec dqi_flags:flags8:dec:quotactl_dqi_flags quota_fmt_out:flags8:dec:quotactl_quota_fmts cmd:flags16:dec:quotactl_cmds type:flags8:dec:quotactl_types id:uint32:dec quota_fmt:flags8:dec:quotactl_quota_fmts
SYSCALL_SETRESUID_E|setresuid|user syscall|old_version modifies_state converter_managed|ruid:uid:dec euid:uid:dec suid:uid:dec
SYSCALL_SETRESUID_X|setresuid|user syscall|modifies_state converter_managed|res:errno:dec ruid:uid:dec euid:uid:dec suid:uid:dec
SYSCALL_SETRESGID_E|setresgid|user syscall|old_version modifies_state converter_managed|rgid:gid:dec egid:gid:dec sgid:gid:dec
SYSCALL_SETRESGID_X|setresgid|user syscall|modifies_state converter_managed|res:errno:dec rgid:gid:dec egid:gid:dec sgid:gid:dec
SCAPEVENT_E|scapevent|internal metaevent|skipparsereset|event_type:uint32:dec event_data:uint64:dec
SCAPEVENT_X|NA|unknown|unused|
SYSCALL_SETUID_E|setuid|user syscall|old_version modifies_state converter_managed|uid:uid:dec
SYSCALL_SETUID_X|setuid|user syscall|modifies_state converter_managed|res:errno:dec uid:uid:dec
SYSCALL_SETGID_E|setgid|user syscall|old_version modifies_state converter_managed|gid:gid:dec
SYSCALL_SETGID_X|setgid|user syscall|modifies_state converter_managed|res:errno:dec gid:gid:dec
SYSCALL_GETUID_E|getuid|user syscall|old_version|
SYSCALL_GETUID_X|getuid|user syscall|none|uid:uid:dec
SYSCALL_GETEUID_E|geteuid|user syscall|old_version|
SYSCALL_GETEUID_X|geteuid|user syscall|none|euid:uid:dec
SYSCALL_GETGID_E|getgid|user syscall|old_version|
SYSCALL_GETGID_X|getgid|user syscall|none|gid:gid:dec
SYSCALL_GETEGID_E|getegid|user syscall|old_version|
SYSCALL_GETEGID_X|getegid|user syscall|none|egid:gid:dec
SYSCALL_GETRESUID_E|getresuid|user syscall|old_version|
SYSCALL_GETRESUID_X|getresuid|user syscall|none|res:errno:dec ruid:uid:dec euid:uid:dec suid:uid:dec
SYSCALL_GETRESGID_E|getresgid|user syscall|old_version|
SYSCALL_GETRESGID_X|getresgid|user syscall|none|res:errno:dec rgid:gid:dec egid:gid:dec sgid:gid:dec
SYSCALL_EXECVE_15_E|execve|process syscall|old_version modifies_state converter_managed|
SYSCALL_EXECVE_15_X|execve|process syscall|old_version modifies_state converter_managed|res:errno:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:uint64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na env:bytebuf:na
SYSCALL_CLONE_17_E|clone|process syscall|old_version modifies_state|
SYSCALL_CLONE_17_X|clone|process syscall|old_version modifies_state converter_managed|res:pid:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:int64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na flags:flags32:hex:clone_flags uid:uint32:dec gid:uint32:dec
SYSCALL_FORK_17_E|fork|process syscall|old_version modifies_state|
SYSCALL_FORK_17_X|fork|process syscall|old_version modifies_state converter_managed|res:pid:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:int64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na flags:flags32:hex:clone_flags uid:uint32:dec gid:uint32:dec
SYSCALL_VFORK_17_E|vfork|process syscall|old_version modifies_state|
SYSCALL_VFORK_17_X|vfork|process syscall|old_version modifies_state converter_managed|res:pid:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:int64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na flags:flags32:hex:clone_flags uid:uint32:dec gid:uint32:dec
SYSCALL_CLONE_20_E|clone|process syscall|old_version modifies_state|
SYSCALL_CLONE_20_X|clone|process syscall|modifies_state converter_managed|res:pid:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:int64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na cgroups:bytebuf:na flags:flags32:hex:clone_flags uid:uint32:dec gid:uint32:dec vtid:pid:dec vpid:pid:dec pidns_init_start_ts:uint64:dec
SYSCALL_FORK_20_E|fork|process syscall|old_version modifies_state|
SYSCALL_FORK_20_X|fork|process syscall|modifies_state converter_managed|res:pid:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:int64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na cgroups:bytebuf:na flags:flags32:hex:clone_flags uid:uint32:dec gid:uint32:dec vtid:pid:dec vpid:pid:dec pidns_init_start_ts:uint64:dec
SYSCALL_VFORK_20_E|vfork|process syscall|old_version modifies_state|
SYSCALL_VFORK_20_X|vfork|process syscall|modifies_state converter_managed|res:pid:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:int64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na cgroups:bytebuf:na flags:flags32:hex:clone_flags uid:uint32:dec gid:uint32:dec vtid:pid:dec vpid:pid:dec pidns_init_start_ts:uint64:dec
CONTAINER_E|container|internal metaevent|old_version skipparsereset modifies_state converter_managed|id:charbuf:na type:uint32:dec name:charbuf:na image:charbuf:na
CONTAINER_X|NA|unknown|unused|
SYSCALL_EXECVE_16_E|execve|process syscall|old_version modifies_state converter_managed|
SYSCALL_EXECVE_16_X|execve|process syscall|old_version modifies_state converter_managed|res:errno:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:uint64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na cgroups:bytebuf:na env:bytebuf:na
SIGNALDELIVER_E|signaldeliver|signal tracepoint|none|spid:pid:dec dpid:pid:dec sig:sigtype:dec
SIGNALDELIVER_X|NA|unknown|unused|
PROCINFO_E|procinfo|internal metaevent|skipparsereset|cpu_usr:uint64:dec cpu_sys:uint64:dec
PROCINFO_X|NA|unknown|unused|
SYSCALL_GETDENTS_E|getdents|file syscall|old_version uses_fd converter_managed|fd:fd:na
SYSCALL_GETDENTS_X|getdents|file syscall|uses_fd converter_managed|res:errno:dec fd:fd:na
SYSCALL_GETDENTS64_E|getdents64|file syscall|old_version uses_fd converter_managed|fd:fd:na
SYSCALL_GETDENTS64_X|getdents64|file syscall|uses_fd converter_managed|res:errno:dec fd:fd:na
SYSCALL_SETNS_E|setns|process syscall|old_version uses_fd converter_managed|fd:fd:na nstype:flags32:hex:clone_flags
SYSCALL_SETNS_X|setns|process syscall|uses_fd converter_managed|res:errno:dec fd:fd:na nstype:flags32:hex:clone_flags
SYSCALL_FLOCK_E|flock|file syscall|old_version uses_fd converter_managed|fd:fd:na operation:flags32:hex:flock_flags
SYSCALL_FLOCK_X|flock|file syscall|uses_fd converter_managed|res:errno:dec fd:fd:na operation:flags32:hex:flock_flags
CPU_HOTPLUG_E|cpu_hotplug|system metaevent|skipparsereset modifies_state|cpu:uint32:dec action:uint32:dec
CPU_HOTPLUG_X|NA|unknown|unused|
SOCKET_ACCEPT_5_E|accept|net syscall|old_version creates_fd modifies_state|
SOCKET_ACCEPT_5_X|accept|net syscall|creates_fd modifies_state|fd:fd:dec tuple:socktuple:na queuepct:uint8:dec queuelen:uint32:dec queuemax:uint32:dec
SOCKET_ACCEPT4_5_E|accept|net syscall|old_version creates_fd modifies_state converter_managed|flags:int32:hex
SOCKET_ACCEPT4_5_X|accept|net syscall|old_version creates_fd modifies_state converter_managed|fd:fd:dec tuple:socktuple:na queuepct:uint8:dec queuelen:uint32:dec queuemax:uint32:dec
SYSCALL_SEMOP_E|semop|process syscall|old_version converter_managed|semid:int32:dec
SYSCALL_SEMOP_X|semop|process syscall|converter_managed|res:errno:dec nsops:uint32:dec sem_num_0:uint16:dec sem_op_0:int16:dec sem_flg_0:flags16:hex:semop_flags sem_num_1:uint16:dec sem_op_1:int16:dec sem_flg_1:flags16:hex:semop_flags semid:int32:dec
SYSCALL_SEMCTL_E|semctl|process syscall|old_version converter_managed|semid:int32:dec semnum:int32:dec cmd:flags16:hex:semctl_commands val:int32:dec
SYSCALL_SEMCTL_X|semctl|process syscall|converter_managed|res:errno:dec semid:int32:dec semnum:int32:dec cmd:flags16:hex:semctl_commands val:int32:dec
SYSCALL_PPOLL_E|ppoll|wait syscall|old_version waits converter_managed|fds:fdlist:dec timeout:reltime:dec sigmask:sigset:dec
SYSCALL_PPOLL_X|ppoll|wait syscall|waits converter_managed|res:errno:dec fds:fdlist:dec timeout:reltime:dec sigmask:sigset:dec
SYSCALL_MOUNT_E|mount|file syscall|old_version modifies_state converter_managed|flags:flags32:hex:mount_flags
SYSCALL_MOUNT_X|mount|file syscall|modifies_state converter_managed|res:errno:dec dev:charbuf:na dir:fspath:na type:charbuf:na flags:flags32:hex:mount_flags
SYSCALL_UMOUNT_E|umount|file syscall|old_version modifies_state|flags:flags32:hex:umount_flags
SYSCALL_UMOUNT_X|umount|file syscall|old_version modifies_state converter_managed|res:errno:dec name:fspath:na
K8S_E|k8s|internal metaevent|old_version skipparsereset modifies_state|json:charbuf:na
K8S_X|NA|unknown|unused|
SYSCALL_SEMGET_E|semget|process syscall|old_version converter_managed|key:int32:hex nsems:int32:dec semflg:flags32:hex:semget_flags
SYSCALL_SEMGET_X|semget|process syscall|converter_managed|res:errno:dec key:int32:hex nsems:int32:dec semflg:flags32:hex:semget_flags
SYSCALL_ACCESS_E|access|file syscall|old_version converter_managed|mode:flags32:hex:access_flags
SYSCALL_ACCESS_X|access|file syscall|converter_managed|res:errno:dec name:fspath:na mode:flags32:hex:access_flags
SYSCALL_CHROOT_E|chroot|process syscall|old_version modifies_state|
SYSCALL_CHROOT_X|chroot|process syscall|modifies_state|res:errno:dec path:fspath:na
TRACER_E|tracer|other metaevent|old_version|id:int64:dec tags:charbufarray:na args:charbuf_pair_array:na
TRACER_X|NA|unknown|unused|id:int64:dec tags:charbufarray:na args:charbuf_pair_array:na
MESOS_E|mesos|internal metaevent|old_version skipparsereset modifies_state|json:charbuf:na
MESOS_X|NA|unknown|unused|
CONTAINER_JSON_E|container|process metaevent|old_version modifies_state converter_managed|json:charbuf:na
CONTAINER_JSON_X|NA|unknown|unused|
SYSCALL_SETSID_E|setsid|process syscall|old_version modifies_state|
SYSCALL_SETSID_X|setsid|process syscall|modifies_state|res:pid:dec
SYSCALL_MKDIR_2_E|mkdir|file syscall|old_version converter_managed|mode:uint32:hex
SYSCALL_MKDIR_2_X|mkdir|file syscall|converter_managed|res:errno:dec path:fspath:na mode:uint32:hex
SYSCALL_RMDIR_2_E|rmdir|file syscall|old_version|
SYSCALL_RMDIR_2_X|rmdir|file syscall|none|res:errno:dec path:fspath:na
NOTIFICATION_E|notification|other metaevent|skipparsereset|id:charbuf:dec desc:charbuf:na
NOTIFICATION_X|NA|unknown|unused|
SYSCALL_EXECVE_17_E|execve|process syscall|old_version modifies_state converter_managed|
SYSCALL_EXECVE_17_X|execve|process syscall|old_version modifies_state converter_managed|res:errno:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:uint64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na cgroups:bytebuf:na env:bytebuf:na tty:int32:dec
SYSCALL_UNSHARE_E|unshare|process syscall|old_version converter_managed|flags:flags32:hex:clone_flags
SYSCALL_UNSHARE_X|unshare|process syscall|converter_managed|res:errno:dec flags:flags32:hex:clone_flags
INFRASTRUCTURE_EVENT_E|infra|internal metaevent|skipparsereset|source:charbuf:dec name:charbuf:na description:charbuf:na scope:charbuf:na
INFRASTRUCTURE_EVENT_X|NA|unknown|unused|
SYSCALL_EXECVE_18_E|execve|process syscall|old_version modifies_state converter_managed|filename:fspath:na
SYSCALL_EXECVE_18_X|execve|process syscall|old_version modifies_state converter_managed|res:errno:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:uint64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na cgroups:bytebuf:na env:bytebuf:na tty:int32:dec
PAGE_FAULT_E|page_fault|other tracepoint|skipparsereset|addr:uint64:hex ip:uint64:hex error:flags32:hex:pf_flags
PAGE_FAULT_X|NA|unknown|unused|
SYSCALL_EXECVE_19_E|execve|process syscall|old_version modifies_state converter_managed|filename:fspath:na
SYSCALL_EXECVE_19_X|execve|process syscall|modifies_state converter_managed|res:errno:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:uint64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na cgroups:bytebuf:na env:bytebuf:na tty:uint32:dec vpgid:pid:dec loginuid:uid:dec flags:flags32:hex:execve_flags cap_inheritable:uint64:hex cap_permitted:uint64:hex cap_effective:uint64:hex exe_ino:uint64:dec exe_ino_ctime:abstime:dec exe_ino_mtime:abstime:dec uid:uid:dec trusted_exepath:fspath:na pgid:pid:na gid:gid:dec filename:fspath:na
SYSCALL_SETPGID_E|setpgid|process syscall|old_version converter_managed|pid:pid:dec pgid:pid:dec
SYSCALL_SETPGID_X|setpgid|process syscall|converter_managed|res:errno:dec pid:pid:dec pgid:pid:dec
SYSCALL_BPF_E|bpf|other syscall|old_version creates_fd converter_managed|cmd:int64:dec
SYSCALL_BPF_X|bpf|other syscall|old_version creates_fd converter_managed|res_or_fd:dyn:dec:*bpf
SYSCALL_SECCOMP_E|seccomp|other syscall|old_version converter_managed|op:uint64:dec flags:uint64:hex
SYSCALL_SECCOMP_X|seccomp|other syscall|converter_managed|res:errno:dec op:uint64:dec flags:uint64:hex
SYSCALL_UNLINK_2_E|unlink|file syscall|old_version|
SYSCALL_UNLINK_2_X|unlink|file syscall|none|res:errno:dec path:fspath:na
SYSCALL_UNLINKAT_2_E|unlinkat|file syscall|old_version|
SYSCALL_UNLINKAT_2_X|unlinkat|file syscall|uses_fd|res:errno:dec dirfd:fd:dec name:fsrelpath:na:@1 flags:flags32:hex:unlinkat_flags
SYSCALL_MKDIRAT_E|mkdirat|file syscall|old_version|
SYSCALL_MKDIRAT_X|mkdirat|file syscall|uses_fd|res:errno:dec dirfd:fd:dec path:fsrelpath:na:@1 mode:uint32:hex
SYSCALL_OPENAT_2_E|openat|file syscall|creates_fd modifies_state converter_managed|dirfd:fd:dec name:fsrelpath:na:@0 flags:flags32:hex:file_flags mode:uint32:oct
SYSCALL_OPENAT_2_X|openat|file syscall|creates_fd modifies_state converter_managed|fd:fd:dec dirfd:fd:dec name:fsrelpath:na:@1 flags:flags32:hex:file_flags mode:uint32:oct dev:uint32:hex ino:uint64:dec
SYSCALL_LINK_2_E|link|file syscall|old_version|
SYSCALL_LINK_2_X|link|file syscall|none|res:errno:dec oldpath:fspath:na newpath:fspath:na
SYSCALL_LINKAT_2_E|linkat|file syscall|old_version|
SYSCALL_LINKAT_2_X|linkat|file syscall|none|res:errno:dec olddir:fd:dec oldpath:fsrelpath:na:@1 newdir:fd:dec newpath:fsrelpath:na:@3 flags:flags32:hex:linkat_flags
SYSCALL_FCHMODAT_E|fchmodat|file syscall|old_version|
SYSCALL_FCHMODAT_X|fchmodat|file syscall|uses_fd|res:errno:dec dirfd:fd:dec filename:fsrelpath:na:@1 mode:mode:oct:chmod_mode
SYSCALL_CHMOD_E|chmod|file syscall|old_version|
SYSCALL_CHMOD_X|chmod|file syscall|none|res:errno:dec filename:fspath:na mode:mode:oct:chmod_mode
SYSCALL_FCHMOD_E|fchmod|file syscall|old_version|
SYSCALL_FCHMOD_X|fchmod|file syscall|uses_fd|res:errno:dec fd:fd:dec mode:mode:oct:chmod_mode
SYSCALL_RENAMEAT2_E|renameat2|file syscall|old_version|
SYSCALL_RENAMEAT2_X|renameat2|file syscall|none|res:errno:dec olddirfd:fd:dec oldpath:fsrelpath:na:@1 newdirfd:fd:dec newpath:fsrelpath:na:@3 flags:flags32:hex:renameat2_flags
SYSCALL_USERFAULTFD_E|userfaultfd|file syscall|old_version creates_fd modifies_state|
SYSCALL_USERFAULTFD_X|userfaultfd|file syscall|creates_fd modifies_state|res:errno:dec flags:flags32:hex:file_flags
PLUGINEVENT_E|pluginevent|other plugin|large_payload|plugin_id:uint32:dec event_data:bytebuf:na
PLUGINEVENT_X|NA|unknown|unused|
CONTAINER_JSON_2_E|container|process metaevent|modifies_state large_payload|json:charbuf:na
CONTAINER_JSON_2_X|NA|unknown|unused|
SYSCALL_OPENAT2_E|openat2|file syscall|creates_fd modifies_state converter_managed|dirfd:fd:dec name:fsrelpath:na:@0 flags:flags32:hex:file_flags mode:uint32:oct resolve:flags32:hex:openat2_flags
SYSCALL_OPENAT2_X|openat2|file syscall|creates_fd modifies_state converter_managed|fd:fd:dec dirfd:fd:dec name:fsrelpath:na:@1 flags:flags32:hex:file_flags mode:uint32:oct resolve:flags32:hex:openat2_flags dev:uint32:hex ino:uint64:dec
SYSCALL_MPROTECT_E|mprotect|memory syscall|old_version converter_managed|addr:uint64:hex length:uint64:dec prot:flags32:hex:prot_flags
SYSCALL_MPROTECT_X|mprotect|memory syscall|converter_managed|res:errno:dec addr:uint64:hex length:uint64:dec prot:flags32:hex:prot_flags
SYSCALL_EXECVEAT_E|execveat|process syscall|old_version modifies_state converter_managed|dirfd:fd:dec pathname:fsrelpath:na:@0 flags:flags32:hex:execveat_flags
SYSCALL_EXECVEAT_X|execveat|process syscall|modifies_state converter_managed|res:errno:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:uint64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na cgroups:bytebuf:na env:bytebuf:na tty:uint32:dec vpgid:pid:dec loginuid:uid:dec flags:flags32:hex:execve_flags cap_inheritable:uint64:hex cap_permitted:uint64:hex cap_effective:uint64:hex exe_ino:uint64:dec exe_ino_ctime:abstime:dec exe_ino_mtime:abstime:dec uid:uid:dec trusted_exepath:fspath:na pgid:pid:na gid:gid:dec
SYSCALL_COPY_FILE_RANGE_E|copy_file_range|file syscall|old_version uses_fd reads_from_fd writes_to_fd converter_managed|fdin:fd:dec offin:uint64:dec len:uint64:dec
SYSCALL_COPY_FILE_RANGE_X|copy_file_range|file syscall|uses_fd reads_from_fd writes_to_fd converter_managed|res:errno:dec fdout:fd:dec offout:uint64:dec fdin:fd:dec offin:uint64:dec len:uint64:dec
SYSCALL_CLONE3_E|clone3|process syscall|old_version modifies_state|
SYSCALL_CLONE3_X|clone3|process syscall|modifies_state converter_managed|res:pid:dec exe:charbuf:na args:bytebuf:na tid:pid:dec pid:pid:dec ptid:pid:dec cwd:charbuf:na fdlimit:int64:dec pgft_maj:uint64:dec pgft_min:uint64:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec comm:charbuf:na cgroups:bytebuf:na flags:flags32:hex:clone_flags uid:uint32:dec gid:uint32:dec vtid:pid:dec vpid:pid:dec pidns_init_start_ts:uint64:dec
SYSCALL_OPEN_BY_HANDLE_AT_E|open_by_handle_at|file syscall|old_version creates_fd modifies_state|
SYSCALL_OPEN_BY_HANDLE_AT_X|open_by_handle_at|file syscall|creates_fd modifies_state|fd:fd:dec mountfd:fd:dec flags:flags32:hex:file_flags path:fspath:na dev:uint32:hex ino:uint64:dec
SYSCALL_IO_URING_SETUP_E|io_uring_setup|io_other syscall|old_version creates_fd modifies_state|
SYSCALL_IO_URING_SETUP_X|io_uring_setup|io_other syscall|creates_fd modifies_state|res:errno:dec entries:uint32:dec sq_entries:uint32:dec cq_entries:uint32:dec flags:flags32:hex:io_uring_setup_flags sq_thread_cpu:uint32:dec sq_thread_idle:uint32:dec features:flags32:hex:io_uring_setup_feats
SYSCALL_IO_URING_ENTER_E|io_uring_enter|io_other syscall|old_version|
SYSCALL_IO_URING_ENTER_X|io_uring_enter|io_other syscall|uses_fd|res:errno:dec fd:fd:dec to_submit:uint32:dec min_complete:uint32:dec flags:flags32:hex:io_uring_enter_flags sig:sigset:dec
SYSCALL_IO_URING_REGISTER_E|io_uring_register|io_other syscall|old_version|
SYSCALL_IO_URING_REGISTER_X|io_uring_register|io_other syscall|uses_fd|res:errno:dec fd:fd:dec opcode:enumflags16:dec:io_uring_register_opcodes arg:uint64:hex nr_args:uint32:dec
SYSCALL_MLOCK_E|mlock|memory syscall|old_version|
SYSCALL_MLOCK_X|mlock|memory syscall|none|res:errno:dec addr:uint64:hex len:uint64:dec
SYSCALL_MUNLOCK_E|munlock|memory syscall|old_version|
SYSCALL_MUNLOCK_X|munlock|memory syscall|none|res:errno:dec addr:uint64:hex len:uint64:dec
SYSCALL_MLOCKALL_E|mlockall|memory syscall|old_version|
SYSCALL_MLOCKALL_X|mlockall|memory syscall|none|res:errno:dec flags:flags32:hex:mlockall_flags
SYSCALL_MUNLOCKALL_E|munlockall|memory syscall|old_version|
SYSCALL_MUNLOCKALL_X|munlockall|memory syscall|none|res:errno:dec
SYSCALL_CAPSET_E|capset|process syscall|old_version modifies_state|
SYSCALL_CAPSET_X|capset|process syscall|modifies_state|res:errno:dec cap_inheritable:uint64:hex cap_permitted:uint64:hex cap_effective:uint64:hex
USER_ADDED_E|useradded|process metaevent|modifies_state|uid:uint32:dec gid:uint32:dec name:charbuf:na home:charbuf:na shell:charbuf:na container_id:charbuf:na
USER_ADDED_X|NA|unknown|unused|
USER_DELETED_E|userdeleted|process metaevent|modifies_state|uid:uint32:dec gid:uint32:dec name:charbuf:na home:charbuf:na shell:charbuf:na container_id:charbuf:na
USER_DELETED_X|NA|unknown|unused|
GROUP_ADDED_E|groupadded|process metaevent|modifies_state|gid:uint32:dec name:charbuf:na container_id:charbuf:na
GROUP_ADDED_X|NA|unknown|unused|
GROUP_DELETED_E|groupdeleted|process metaevent|modifies_state|gid:uint32:dec name:charbuf:na container_id:charbuf:na
GROUP_DELETED_X|NA|unknown|unused|
SYSCALL_DUP2_E|dup2|io_other syscall|old_version creates_fd uses_fd modifies_state|fd:fd:dec
SYSCALL_DUP2_X|dup2|io_other syscall|creates_fd uses_fd modifies_state|res:fd:dec oldfd:fd:dec newfd:fd:dec
SYSCALL_DUP3_E|dup3|io_other syscall|old_version creates_fd uses_fd modifies_state|fd:fd:dec
SYSCALL_DUP3_X|dup3|io_other syscall|creates_fd uses_fd modifies_state|res:fd:dec oldfd:fd:dec newfd:fd:dec flags:flags32:hex:file_flags
SYSCALL_DUP_1_E|dup|io_other syscall|old_version creates_fd uses_fd modifies_state|fd:fd:dec
SYSCALL_DUP_1_X|dup|io_other syscall|creates_fd uses_fd modifies_state|res:fd:dec oldfd:fd:dec
SYSCALL_BPF_2_E|bpf|other syscall|old_version creates_fd|cmd:int64:dec
SYSCALL_BPF_2_X|bpf|other syscall|creates_fd|fd:fd:dec cmd:enumflags32:dec:bpf_commands
SYSCALL_MLOCK2_E|mlock2|memory syscall|old_version|
SYSCALL_MLOCK2_X|mlock2|memory syscall|none|res:errno:dec addr:uint64:hex len:uint64:dec flags:flags32:hex:mlock2_flags
SYSCALL_FSCONFIG_E|fsconfig|system syscall|old_version|
SYSCALL_FSCONFIG_X|fsconfig|system syscall|uses_fd|res:errno:dec fd:fd:dec cmd:enumflags32:dec:fsconfig_cmds key:charbuf:na value_bytebuf:bytebuf:na value_charbuf:charbuf:na aux:int32:dec
SYSCALL_EPOLL_CREATE_E|epoll_create|wait syscall|old_version creates_fd modifies_state converter_managed|size:int32:dec
SYSCALL_EPOLL_CREATE_X|epoll_create|wait syscall|creates_fd modifies_state converter_managed|res:errno:dec size:int32:dec
SYSCALL_EPOLL_CREATE1_E|epoll_create1|wait syscall|old_version creates_fd modifies_state converter_managed|flags:flags32:hex:epoll_create1_flags
SYSCALL_EPOLL_CREATE1_X|epoll_create1|wait syscall|creates_fd modifies_state converter_managed|res:errno:dec flags:flags32:hex:epoll_create1_flags
SYSCALL_CHOWN_E|chown|file syscall|old_version|
SYSCALL_CHOWN_X|chown|file syscall|none|res:errno:dec path:fspath:na uid:uint32:dec gid:uint32:dec
SYSCALL_LCHOWN_E|lchown|file syscall|old_version|
SYSCALL_LCHOWN_X|lchown|file syscall|none|res:errno:dec path:fspath:na uid:uint32:dec gid:uint32:dec
SYSCALL_FCHOWN_E|fchown|file syscall|old_version|
SYSCALL_FCHOWN_X|fchown|file syscall|uses_fd|res:errno:dec fd:fd:dec uid:uint32:dec gid:uint32:dec
SYSCALL_FCHOWNAT_E|fchownat|file syscall|old_version|
SYSCALL_FCHOWNAT_X|fchownat|file syscall|uses_fd|res:errno:dec dirfd:fd:dec pathname:fsrelpath:na:@1 uid:uint32:dec gid:uint32:dec flags:flags32:hex:fchownat_flags
SYSCALL_UMOUNT_1_E|umount|file syscall|old_version modifies_state|
SYSCALL_UMOUNT_1_X|umount|file syscall|modifies_state|res:errno:dec name:fspath:na
SOCKET_ACCEPT4_6_E|accept4|net syscall|old_version creates_fd modifies_state converter_managed|flags:int32:hex
SOCKET_ACCEPT4_6_X|accept4|net syscall|creates_fd modifies_state converter_managed|fd:fd:dec tuple:socktuple:na queuepct:uint8:dec queuelen:uint32:dec queuemax:uint32:dec flags:int32:hex
SYSCALL_UMOUNT2_E|umount2|file syscall|old_version modifies_state converter_managed|flags:flags32:hex:umount_flags
SYSCALL_UMOUNT2_X|umount2|file syscall|modifies_state converter_managed|res:errno:dec name:fspath:na flags:flags32:hex:umount_flags
SYSCALL_PIPE2_E|pipe2|ipc syscall|old_version creates_fd modifies_state|
SYSCALL_PIPE2_X|pipe2|ipc syscall|creates_fd modifies_state|res:errno:dec fd1:fd:dec fd2:fd:dec ino:uint64:dec flags:flags32:hex:file_flags
SYSCALL_INOTIFY_INIT1_E|inotify_init1|ipc syscall|old_version creates_fd modifies_state|
SYSCALL_INOTIFY_INIT1_X|inotify_init1|ipc syscall|creates_fd modifies_state|res:fd:dec flags:flags16:hex:file_flags
SYSCALL_EVENTFD2_E|eventfd2|ipc syscall|old_version creates_fd modifies_state converter_managed|initval:uint64:dec
SYSCALL_EVENTFD2_X|eventfd2|ipc syscall|creates_fd modifies_state converter_managed|res:fd:dec flags:flags16:hex:file_flags initval:uint64:dec
SYSCALL_SIGNALFD4_E|signalfd4|signal syscall|old_version creates_fd modifies_state converter_managed|fd:fd:dec mask:uint32:hex
SYSCALL_SIGNALFD4_X|signalfd4|signal syscall|creates_fd modifies_state converter_managed|res:fd:dec flags:flags16:hex:file_flags fd:fd:dec mask:uint32:hex
SYSCALL_PRCTL_E|prctl|process syscall|old_version modifies_state|
SYSCALL_PRCTL_X|prctl|process syscall|modifies_state|res:errno:dec option:enumflags32:dec:prctl_options arg2_str:charbuf:na arg2_int:int64:dec
ASYNCEVENT_E|asyncevent|other metaevent|large_payload|plugin_id:uint32:dec name:charbuf:na data:bytebuf:na
ASYNCEVENT_X|NA|unknown|unused|
SYSCALL_MEMFD_CREATE_E|memfd_create|memory syscall|old_version creates_fd modifies_state|
SYSCALL_MEMFD_CREATE_X|memfd_create|memory syscall|creates_fd modifies_state|fd:fd:dec name:charbuf:na flags:flags32:hex:memfd_create_flags
SYSCALL_PIDFD_GETFD_E|pidfd_getfd|process syscall|old_version creates_fd modifies_state|
SYSCALL_PIDFD_GETFD_X|pidfd_getfd|process syscall|creates_fd modifies_state|fd:fd:dec pid_fd:fd:dec target_fd:fd:dec flags:uint32:hex
SYSCALL_PIDFD_OPEN_E|pidfd_open|process syscall|old_version creates_fd modifies_state|
SYSCALL_PIDFD_OPEN_X|pidfd_open|process syscall|creates_fd modifies_state|fd:fd:dec pid:pid:dec flags:flags32:hex:pidfd_open_flags
SYSCALL_INIT_MODULE_E|init_module|other syscall|old_version|
SYSCALL_INIT_MODULE_X|init_module|other syscall|none|res:errno:dec img:bytebuf:na length:uint64:dec uargs:charbuf:na
SYSCALL_FINIT_MODULE_E|finit_module|other syscall|old_version|
SYSCALL_FINIT_MODULE_X|finit_module|other syscall|uses_fd reads_from_fd|res:errno:dec fd:fd:dec uargs:charbuf:na flags:flags32:hex:finit_module_flags
SYSCALL_MKNOD_E|mknod|other syscall|old_version|
SYSCALL_MKNOD_X|mknod|other syscall|none|res:errno:dec path:fspath:na mode:mode:oct:mknod_mode dev:uint32:dec
SYSCALL_MKNODAT_E|mknodat|other syscall|old_version|
SYSCALL_MKNODAT_X|mknodat|other syscall|uses_fd|res:errno:dec dirfd:fd:dec path:fsrelpath:na:@1 mode:mode:oct:mknod_mode dev:uint32:dec
SYSCALL_NEWFSTATAT_E|newfstatat|file syscall|old_version|
SYSCALL_NEWFSTATAT_X|newfstatat|file syscall|uses_fd|res:errno:dec dirfd:fd:dec path:fsrelpath:na:@1 flags:flags32:hex:newfstatat_flags
SYSCALL_PROCESS_VM_READV_E|process_vm_readv|syscall ipc|old_version|
SYSCALL_PROCESS_VM_READV_X|process_vm_readv|syscall ipc|none|res:int64:dec pid:pid:dec data:bytebuf:na
SYSCALL_PROCESS_VM_WRITEV_E|process_vm_writev|syscall ipc|old_version|
SYSCALL_PROCESS_VM_WRITEV_X|process_vm_writev|syscall ipc|none|res:int64:dec pid:pid:dec data:bytebuf:na
SYSCALL_DELETE_MODULE_E|delete_module|other syscall|old_version|
SYSCALL_DELETE_MODULE_X|delete_module|other syscall|none|res:errno:dec name:charbuf:na flags:flags32:hex:delete_module_flags
SYSCALL_SETREUID_E|setreuid|user syscall|old_version modifies_state|
SYSCALL_SETREUID_X|setreuid|user syscall|modifies_state|res:errno:dec ruid:uid:dec euid:uid:dec
SYSCALL_SETREGID_E|setregid|user syscall|old_version|
SYSCALL_SETREGID_X|setregid|user syscall|modifies_state|res:errno:dec rgid:uid:dec egid:uid:dec
ITER_TASK_E|task|iter process|modifies_state|ppid:pid32:dec pgid:pid32:dec vpgid:pid32:dec sid:pid32:dec comm:charbuf:na argv:charbufarray:na exepath:fspath:na flags:flags32:hex:execve_flags env:charbufarray:na cwd:charbuf:na fdlimit:uint64:dec euid:uid:dec egid:gid:dec cap_permitted:uint64:hex cap_effective:uint64:hex cap_inheritable:uint64:hex exe_ino_num:uint64:dec exe_ino_ctime:abstime:dec exe_ino_mtime:abstime:dec vm_size:uint32:dec vm_rss:uint32:dec vm_swap:uint32:dec pgft_maj:uint64:dec pgft_min:uint64:dec vtgid:pid32:dec vpid:pid32:dec pidns_init_start_ts:uint64:dec cgroups:charbufarray:na root:fspath:na start_time:abstime:dec tty:uint32:dec loginuid:uid:dec
ITER_TASK_X|NA|unknown|unused|
ITER_TASK_FILE_PIPE_E|task_file_pipe|iter file|modifies_state|fd:fd32:dec path:fspath:na ino_num:uint64:dec
ITER_TASK_FILE_PIPE_X|NA|unknown|unused|
ITER_TASK_FILE_MEMFD_E|task_file_memfd|iter file|modifies_state|fd:fd32:dec path:fspath:na ino_num:uint64:dec
ITER_TASK_FILE_MEMFD_X|NA|unknown|unused|
ITER_TASK_FILE_REGULAR_E|task_file_regular|iter file|modifies_state|fd:fd32:dec path:fspath:na flags:flags32:hex:file_flags mnt_id:uint32:dec ino_num:uint64:dec
ITER_TASK_FILE_REGULAR_X|NA|unknown|unused|
ITER_TASK_FILE_DIRECTORY_E|task_file_directory|iter file|modifies_state|fd:fd32:dec path:fspath:na ino_num:uint64:dec
ITER_TASK_FILE_DIRECTORY_X|NA|unknown|unused|
ITER_TASK_FILE_SOCKET_INET_E|task_file_socket_inet|iter file|modifies_state|fd:fd32:dec sk_type:uint16:dec sk_proto:uint16:dec local_ip:ipv4addr:hex local_port:port:hex remote_ip:ipv4addr:hex remote_port:port:hex ino_num:uint64:dec
ITER_TASK_FILE_SOCKET_INET_X|NA|unknown|unused|
ITER_TASK_FILE_SOCKET_INET6_E|task_file_socket_inet6|iter file|modifies_state|fd:fd32:dec sk_type:uint16:dec sk_proto:uint16:dec local_ip:ipv6addr:hex local_port:port:hex remote_ip:ipv6addr:hex remote_port:port:hex ino_num:uint64:dec
ITER_TASK_FILE_SOCKET_INET6_X|NA|unknown|unused|
ITER_TASK_FILE_SOCKET_UNIX_E|task_file_socket_unix|iter file|modifies_state|fd:fd32:dec sk_type:uint16:dec sk_proto:uint16:dec sk_pointer:uint64:na sun_path:fspath:na ino_num:uint64:dec
ITER_TASK_FILE_SOCKET_UNIX_X|NA|unknown|unused|
ITER_TASK_FILE_SOCKET_NETLINK_E|task_file_socket_netlink|iter file|modifies_state|fd:fd32:dec sk_type:uint16:dec sk_proto:uint16:dec ino_num:uint64:dec
ITER_TASK_FILE_SOCKET_NETLINK_X|NA|unknown|unused|
ITER_TASK_FILE_ANON_INODE_E|task_file_anon_inode|iter file|modifies_state|fd:fd32:dec fd_type:flags8:dec:anon_inode_fd_types path:fspath:na ino_num:uint64:dec
ITER_TASK_FILE_ANON_INODE_X|NA|unknown|unused|
SYSCALL_CLOSE_RANGE_E|NA|unknown|unused|
SYSCALL_CLOSE_RANGE_X|close_range|io_other syscall|modifies_state|res:errno:dec first:uint32:dec last:uint32:dec flags:flags32:hex:close_range_flags
SYSCALL_KEYCTL_E|NA|unknown|unused|
SYSCALL_KEYCTL_X|keyctl|other syscall|none|res:errno:dec operation:enumflags32:dec:keyctl_operations arg2:dyn:dec:*keyctl arg3:dyn:dec:*keyctl arg4:dyn:dec:*keyctl arg5:dyn:dec:*keyctl
`;
