/**
 * System calls by scap's own code (`ppm_sc`), which is the same on every architecture: names, the kernel's
 * numbers, and which calls an event type stands for.
 * Facts of falcosecurity/libs 48dfd53c (driver/ppm_events_public.h, syscall_table.c; userspace/libscap/linux/scap_ppm_sc.c), used under MIT: see LICENSE-event-table.
 */

/** Names in the order of their codes; `-` is a code without a call. */
export const SYSCALL_NAMES =
  'unknown restart_syscall exit read write open close creat link unlink chdir time mknod chmod stat ' +
  'lseek getpid mount ptrace alarm fstat pause utime access sync kill rename mkdir rmdir dup pipe times ' +
  'brk acct ioctl fcntl setpgid umask chroot ustat dup2 getppid getpgrp setsid sethostname setrlimit ' +
  'getrusage gettimeofday settimeofday symlink lstat readlink uselib swapon reboot mmap munmap truncate ' +
  'ftruncate fchmod getpriority setpriority statfs fstatfs syslog setitimer getitimer uname vhangup ' +
  'wait4 swapoff sysinfo fsync setdomainname adjtimex mprotect init_module delete_module quotactl ' +
  'getpgid fchdir sysfs personality getdents select flock msync readv writev getsid fdatasync mlock ' +
  'munlock mlockall munlockall sched_setparam sched_getparam sched_setscheduler sched_getscheduler ' +
  'sched_yield sched_get_priority_max sched_get_priority_min sched_rr_get_interval nanosleep mremap ' +
  'poll prctl rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend ' +
  'getcwd capget capset sendfile getrlimit lchown getuid getgid geteuid getegid setreuid setregid ' +
  'getgroups setgroups fchown setresuid getresuid setresgid getresgid chown setuid setgid setfsuid ' +
  'setfsgid pivot_root mincore madvise gettid setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr ' +
  'listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr tkill futex sched_setaffinity ' +
  'sched_getaffinity set_thread_area get_thread_area io_setup io_destroy io_getevents io_submit ' +
  'io_cancel exit_group epoll_create epoll_ctl epoll_wait remap_file_pages set_tid_address timer_create ' +
  'timer_settime timer_gettime timer_getoverrun timer_delete clock_settime clock_gettime clock_getres ' +
  'clock_nanosleep tgkill utimes mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr ' +
  'kexec_load waitid add_key request_key keyctl ioprio_set ioprio_get inotify_init inotify_add_watch ' +
  'inotify_rm_watch openat mkdirat mknodat fchownat futimesat unlinkat renameat linkat symlinkat ' +
  'readlinkat fchmodat faccessat pselect6 ppoll unshare set_robust_list get_robust_list splice tee ' +
  'vmsplice getcpu epoll_pwait utimensat signalfd timerfd_create eventfd timerfd_settime ' +
  'timerfd_gettime signalfd4 eventfd2 epoll_create1 dup3 pipe2 inotify_init1 preadv pwritev ' +
  'rt_tgsigqueueinfo perf_event_open fanotify_init prlimit64 clock_adjtime syncfs setns getdents64 ' +
  'socket bind connect listen accept getsockname getpeername socketpair sendto recvfrom shutdown ' +
  'setsockopt getsockopt sendmsg sendmmsg recvmsg recvmmsg accept4 semop semget semctl msgsnd msgrcv ' +
  'msgget msgctl shmdt shmget shmctl statfs64 fstatfs64 fstatat64 sendfile64 ugetrlimit bdflush ' +
  'sigprocmask ipc socketcall stat64 lstat64 fstat64 fcntl64 mmap2 _newselect sgetmask ssetmask ' +
  'sigpending olduname umount signal nice stime _llseek waitpid pread64 pwrite64 arch_prctl shmat ' +
  'rt_sigreturn fallocate newfstatat process_vm_readv process_vm_writev fork vfork setuid32 getuid32 ' +
  'setgid32 geteuid32 getgid32 setresuid32 setresgid32 getresuid32 getresgid32 finit_module bpf seccomp ' +
  'sigaltstack getrandom fadvise64 renameat2 userfaultfd openat2 umount2 execve execveat ' +
  'copy_file_range clone clone3 open_by_handle_at io_uring_setup io_uring_enter io_uring_register ' +
  'mlock2 getegid32 fsconfig fspick fsmount fsopen open_tree move_mount mount_setattr memfd_create ' +
  'memfd_secret ioperm kexec_file_load pidfd_getfd pidfd_open pidfd_send_signal pkey_alloc ' +
  'pkey_mprotect pkey_free landlock_create_ruleset quotactl_fd landlock_restrict_self landlock_add_rule ' +
  'epoll_pwait2 migrate_pages move_pages preadv2 pwritev2 kcmp sched_setattr mbind epoll_ctl_old ' +
  'lookup_dcookie modify_ldt statx set_mempolicy io_pgetevents set_mempolicy_home_node semtimedop ' +
  'get_kernel_syms readahead futex_waitv getpmsg name_to_handle_at process_mrelease nfsservctl ' +
  'epoll_wait_old rseq create_module - sched_getattr faccessat2 _sysctl query_module get_mempolicy ' +
  'sync_file_range process_madvise membarrier iopl close_range fanotify_mark recv send ' +
  'sched_process_exit sched_switch page_fault_user page_fault_kernel signal_deliver timerfd ' +
  's390_pci_mmio_read sigaction s390_pci_mmio_write readdir s390_sthyi sigsuspend idle ' +
  's390_runtime_instr sigreturn s390_guarded_storage cachestat fchmodat2 map_shadow_stack ' +
  'riscv_flush_icache riscv_hwprobe futex_wake futex_requeue futex_wait oldstat switch_endian ' +
  'multiplexer oldlstat spu_create sync_file_range2 oldfstat spu_run swapcontext pciconfig_write rtas ' +
  'pciconfig_read sys_debug_setcontext vm86 oldolduname subpage_prot pciconfig_iobase listmount ' +
  'statmount lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal uretprobe removexattrat ' +
  'listxattrat getxattrat setxattrat open_tree_attr file_getattr file_setattr listns uprobe ' +
  'rseq_slice_yield';

/** The kernel's number and scap's code of each call on x86_64. */
export const NATIVE_X86_64 =
  '0:3 1:4 2:5 3:6 4:14 5:20 6:50 7:105 8:15 9:55 10:75 11:56 12:32 13:107 14:108 15:298 16:34 17:294 ' +
  '18:295 19:87 20:88 21:23 22:30 23:84 24:99 25:104 26:86 27:138 28:139 29:267 30:297 31:268 32:29 ' +
  '33:40 34:21 35:103 36:66 37:19 38:65 39:16 40:116 41:241 42:243 43:245 44:249 45:250 46:254 47:256 ' +
  '48:251 49:242 50:244 51:246 52:247 53:248 54:252 55:253 56:327 57:303 58:304 59:324 60:2 61:69 62:25 ' +
  '63:67 64:260 65:259 66:261 67:266 68:264 69:262 70:263 71:265 72:35 73:85 74:72 75:90 76:57 77:58 ' +
  '78:83 79:113 80:10 81:80 82:26 83:27 84:28 85:7 86:8 87:9 88:49 89:51 90:13 91:59 92:132 93:127 ' +
  '94:118 95:37 96:47 97:117 98:46 99:71 100:31 101:18 102:119 103:64 104:120 105:133 106:134 107:121 ' +
  '108:122 109:36 110:41 111:42 112:43 113:123 114:124 115:125 116:126 117:128 118:129 119:130 120:131 ' +
  '121:79 122:135 123:136 124:89 125:114 126:115 127:109 128:110 129:111 130:112 131:317 132:22 133:12 ' +
  '135:82 136:39 137:62 138:63 139:81 140:60 141:61 142:95 143:96 144:97 145:98 146:100 147:101 148:102 ' +
  '149:91 150:92 151:93 152:94 153:68 154:366 155:137 157:106 158:296 159:74 160:45 161:38 162:24 ' +
  '163:33 164:48 165:17 166:323 167:53 168:70 169:54 170:44 171:73 172:391 173:344 175:76 176:77 179:78 ' +
  '186:140 187:373 188:141 189:142 190:143 191:144 192:145 193:146 194:147 195:148 196:149 197:150 ' +
  '198:151 199:152 200:153 201:11 202:154 203:155 204:156 205:157 206:159 207:160 208:161 209:162 ' +
  '210:163 211:158 212:365 213:165 214:364 215:379 216:168 217:240 218:169 219:1 220:371 221:319 ' +
  '222:170 223:171 224:172 225:173 226:174 227:175 228:176 229:177 230:178 231:164 232:167 233:166 ' +
  '234:179 235:180 237:363 238:368 239:387 240:181 241:182 242:183 243:184 244:185 245:186 246:187 ' +
  '247:188 248:189 249:190 250:191 251:192 252:193 253:194 254:195 255:196 256:357 257:197 258:198 ' +
  '259:199 260:200 261:201 262:300 263:202 264:203 265:204 266:205 267:206 268:207 269:208 270:209 ' +
  '271:210 272:211 273:212 274:213 275:214 276:215 277:388 278:216 279:358 280:219 281:218 282:220 ' +
  '283:221 284:222 285:299 286:223 287:224 288:258 289:225 290:226 291:227 292:228 293:229 294:230 ' +
  '295:231 296:232 297:233 298:234 299:257 300:235 301:393 302:236 303:376 304:329 305:237 306:238 ' +
  '307:255 308:239 309:217 310:301 311:302 312:361 313:314 314:362 315:383 316:320 317:316 318:318 ' +
  '319:342 320:345 321:315 322:325 323:321 324:390 325:333 326:326 327:359 328:360 329:350 330:349 ' +
  '331:351 332:367 333:369 334:380 335:443 336:452 424:348 425:330 426:331 427:332 428:339 429:340 ' +
  '430:338 431:335 432:337 433:336 434:347 435:328 436:392 437:322 438:346 439:384 440:389 441:356 ' +
  '442:341 443:353 444:352 445:355 446:354 447:343 448:377 449:374 450:370 451:412 452:413 453:414 ' +
  '454:417 455:419 456:418 457:438 458:437 459:439 460:440 461:441 462:442 463:447 464:446 465:445 ' +
  '466:444 467:448 468:449 469:450 470:451 471:453';

/** The kernel's number and scap's code of each call on aarch64. */
export const NATIVE_AARCH64 =
  '0:159 1:160 2:162 3:163 4:161 5:141 6:142 7:143 8:144 9:145 10:146 11:147 12:148 13:149 14:150 ' +
  '15:151 16:152 17:113 18:365 19:226 20:227 21:166 22:218 23:29 24:228 25:35 26:230 27:195 28:196 ' +
  '29:34 30:192 31:193 32:85 33:199 34:198 35:202 36:205 37:204 38:203 39:323 40:17 41:137 43:62 44:63 ' +
  '45:57 46:58 47:299 48:208 49:10 50:80 51:38 52:59 53:207 54:200 55:127 56:197 57:6 58:68 59:229 ' +
  '60:78 61:240 62:15 63:3 64:4 65:87 66:88 67:294 68:295 69:231 70:232 71:116 72:209 73:210 74:225 ' +
  '75:216 76:214 77:215 78:206 79:300 80:20 81:24 82:72 83:90 84:388 85:221 86:223 87:224 88:219 89:33 ' +
  '90:114 91:115 92:82 93:2 94:164 95:188 96:169 97:211 98:154 99:212 100:213 101:103 102:66 103:65 ' +
  '104:187 105:76 106:77 107:170 108:172 109:173 110:171 111:174 112:175 113:176 114:177 115:178 116:64 ' +
  '117:18 118:95 119:97 120:98 121:96 122:155 123:156 124:99 125:100 126:101 127:102 128:1 129:25 ' +
  '130:153 131:179 132:317 133:112 134:107 135:108 136:109 137:110 138:111 139:298 140:61 141:60 142:54 ' +
  '143:124 144:134 145:123 146:133 147:128 148:129 149:130 150:131 151:135 152:136 153:31 154:36 155:79 ' +
  '156:89 157:43 158:125 159:126 160:67 161:44 162:73 163:117 164:45 165:46 166:37 167:106 168:217 ' +
  '169:47 170:48 171:74 172:16 173:41 174:119 175:121 176:120 177:122 178:140 179:71 180:181 181:182 ' +
  '182:183 183:184 184:185 185:186 186:264 187:265 188:263 189:262 190:260 191:261 192:371 193:259 ' +
  '194:267 195:268 196:297 197:266 198:241 199:248 200:242 201:244 202:245 203:243 204:246 205:247 ' +
  '206:249 207:250 208:252 209:253 210:251 211:254 212:256 213:373 214:32 215:56 216:104 217:189 ' +
  '218:190 219:191 220:327 221:324 222:55 223:319 224:53 225:70 226:75 227:86 228:91 229:92 230:93 ' +
  '231:94 232:138 233:139 234:168 235:363 236:387 237:368 238:357 239:358 240:233 241:234 242:258 ' +
  '243:257 260:69 261:236 262:235 263:393 264:376 265:329 266:237 267:238 268:239 269:255 270:301 ' +
  '271:302 272:361 273:314 274:362 275:383 276:320 277:316 278:318 279:342 280:315 281:325 282:321 ' +
  '283:390 284:333 285:326 286:359 287:360 288:350 289:349 290:351 291:367 292:369 293:380 294:345 ' +
  '424:348 425:330 426:331 427:332 428:339 429:340 430:338 431:335 432:337 433:336 434:347 435:328 ' +
  '436:392 437:322 438:346 439:384 440:389 441:356 442:341 443:353 444:352 445:355 446:354 447:343 ' +
  '448:377 449:374 450:370 451:412 452:413 453:414 454:417 455:419 456:418 457:438 458:437 459:439 ' +
  '460:440 461:441 462:442 463:447 464:446 465:445 466:444 467:448 468:449 469:450 470:451 471:453';

/** Codes of the calls that are recorded as generic events (types 0 and 1). */
export const GENERIC_SYSCALLS =
  '1 2 11 16 24 31 33 37 39 41 42 44 46 47 48 51 53 54 57 58 60 61 62 63 65 66 67 68 69 70 71 72 73 74 ' +
  '79 81 82 86 89 90 97 98 99 100 101 102 104 296 107 108 109 110 111 112 114 125 126 135 136 137 138 ' +
  '139 140 141 142 143 144 145 146 147 148 149 150 151 152 155 156 157 158 159 160 161 162 163 164 168 ' +
  '169 170 171 172 173 174 175 176 177 178 180 181 182 183 184 185 186 187 188 189 190 192 193 195 196 ' +
  '201 206 208 212 213 215 216 217 218 219 223 224 233 234 235 237 238 262 263 264 265 266 267 268 269 ' +
  '270 271 274 275 276 283 284 285 286 287 289 290 291 293 297 298 299 317 318 319 277 336 337 338 339 ' +
  '340 341 343 344 345 348 349 350 351 352 353 354 355 356 357 358 359 360 386 367 368 393 388 373 377 ' +
  '363 389 390 366 371 376 361 364 379 374 381 385 365 391 369 375 362 372 380 387 383 378 370 384 166 ' +
  '96 209 95 21 22 64 52 19 407 408 409 410 411 401 402 403 404 405 406 412 413 414 415 416 417 418 419 ' +
  '425 426 427 428 423 424 431 432 433 429 430 436 434 435 422 420 421 437 438 439 440 441 442 443 444 ' +
  '445 446 447 448 449 450 451 452 453';

/** Event type and the codes of the calls that it stands for; generic events apart. */
export const SYSCALLS_OF_EVENTS =
  '2:5 3:5 4:6 5:6 6:3 7:3 8:4 9:4 10:32 11:32 12:324 13:324 14:327 15:327 16:396 18:241 19:241 20:242 ' +
  '21:242 22:243 23:243 24:244 25:244 26:245 27:245 28:395 29:395 30:249 31:249 32:394 33:394 34:250 ' +
  '35:250 36:251 37:251 38:246 39:246 40:247 41:247 42:248 43:248 44:252 45:252 46:253 47:253 48:254 ' +
  '49:254 50:255 51:255 52:256 53:256 54:257 55:257 56:258 57:258 58:7 59:7 60:30 61:30 62:222 63:222 ' +
  '64:154 65:154 66:14 67:14 68:50 69:50 70:20 71:20 72:278 73:278 74:279 75:279 76:280 77:280 78:167 ' +
  '79:167 80:105 81:105 82:84 83:84 84:84 85:84 86:15 87:15 88:292 89:292 90:34 91:34 92:113 93:113 ' +
  '94:10 95:10 96:80 97:80 98:27 99:27 100:28 101:28 102:197 103:197 104:8 105:8 106:204 107:204 108:9 ' +
  '109:9 110:202 111:202 112:294 113:294 114:295 115:295 116:87 117:87 118:88 119:88 120:231 121:231 ' +
  '122:232 123:232 124:29 125:29 126:220 127:220 128:25 129:25 130:153 131:153 132:179 133:179 134:103 ' +
  '135:103 136:221 137:221 138:194 139:194 140:117,273 141:117,273 142:45 143:45 144:236 145:236 ' +
  '146:397 150:35,281 151:35,281 152:397 154:324 155:324 156:327 157:327 158:32 159:32 160:55 161:55 ' +
  '162:282 163:282 164:56 165:56 166:214 167:214 168:18 169:18 170:34 171:34 172:324 173:324 174:26 ' +
  '175:26 176:203 177:203 178:49 179:49 180:205 181:205 182:303 183:303 184:304 185:304 186:396 ' +
  '188:116,272 189:116,272 190:78 191:78 192:128,310 193:128,310 194:130,311 195:130,311 198:133,305 ' +
  '199:133,305 200:134,307 201:134,307 202:119,306 203:119,306 204:121,308 205:121,308 206:120,309 ' +
  '207:120,309 208:122,334 209:122,334 210:129,312 211:129,312 212:131,313 213:131,313 214:324 215:324 ' +
  '216:327 217:327 218:303 219:303 220:304 221:304 222:327 223:327 224:303 225:303 226:304 227:304 ' +
  '230:324 231:324 232:400 236:83 237:83 238:240 239:240 240:239 241:239 242:85 243:85 246:245 247:245 ' +
  '248:258 249:258 250:259 251:259 252:261 253:261 254:210 255:210 256:17 257:17 258:288 259:288 ' +
  '262:260 263:260 264:23 265:23 266:38 267:38 274:43 275:43 276:27 277:27 278:28 279:28 282:324 ' +
  '283:324 284:211 285:211 288:324 289:324 290:398,399 292:324 293:324 294:36 295:36 296:315 297:315 ' +
  '298:316 299:316 300:9 301:9 302:202 303:202 304:198 305:198 306:197 307:197 308:8 309:8 310:204 ' +
  '311:204 312:207 313:207 314:13 315:13 316:59 317:59 318:320 319:320 320:321 321:321 326:322 327:322 ' +
  '328:75 329:75 330:325 331:325 332:326 333:326 334:328 335:328 336:329 337:329 338:330 339:330 ' +
  '340:331 341:331 342:332 343:332 344:91 345:91 346:92 347:92 348:93 349:93 350:94 351:94 352:115 ' +
  '353:115 362:40 363:40 364:228 365:228 366:29 367:29 368:315 369:315 370:333 371:333 372:335 373:335 ' +
  '374:165 375:165 376:227 377:227 378:132 379:132 380:118 381:118 382:127 383:127 384:200 385:200 ' +
  '386:288 387:288 388:258 389:258 390:323 391:323 392:229 393:229 394:230 395:230 396:226 397:226 ' +
  '398:225 399:225 400:106 401:106 404:342 405:342 406:346 407:346 408:347 409:347 410:76 411:76 ' +
  '412:314 413:314 414:12 415:12 416:199 417:199 418:300 419:300 420:301 421:301 422:302 423:302 424:77 ' +
  '425:77 426:123 427:123 428:124 429:124 451:392 453:191';
