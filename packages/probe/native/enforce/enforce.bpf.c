// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// Enforcement in the kernel: programs, mapped code, calls and connections of guarded cgroups.
#include "judge.h"
#include "report.h"

#include "calls.h"
#include "cgroups.h"
#include "connections.h"
#include "describe.h"
#include "programs.h"

/* Helpers for tracing are for programs that say they are under the GPL; this file may be used under it. */
char terms[] SEC("license") = "GPL";
