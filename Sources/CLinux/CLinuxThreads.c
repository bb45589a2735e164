#define _GNU_SOURCE
#include "CLinuxThreads.h"

#include <malloc.h>
#include <sched.h>
#include <sys/prctl.h>

void CLinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

void CLinux_share_heap(void) { mallopt(M_ARENA_MAX, 1); }

int CLinux_processors(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}
