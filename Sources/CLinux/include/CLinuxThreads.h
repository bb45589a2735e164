// Thread calls that Swift does not see because they are variadic or GNU extensions.
#ifndef SERVICELET_CLINUX_THREADS_H
#define SERVICELET_CLINUX_THREADS_H

/// Gives the calling thread a name of at most 15 characters, as `ps -T` shows it (PR_SET_NAME).
void CLinux_name_thread(const char *name);

/// Lets all threads allocate from one heap (mallopt(3), M_ARENA_MAX), which Swift's Glibc module does not export.
void CLinux_share_heap(void);

/// How many processors the calling thread may use (sched_getaffinity(2)); at least 1.
int CLinux_processors(void);

#endif
