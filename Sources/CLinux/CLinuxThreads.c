#include "CLinuxThreads.h"

#include <malloc.h>
#include <sys/prctl.h>

void CLinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

void CLinux_share_heap(void) { mallopt(M_ARENA_MAX, 1); }
