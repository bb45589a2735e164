// Calls on threads that Swift does not see, because they are variadic or GNU extensions.
#ifndef SERVICELET_CLINUX_THREADS_H
#define SERVICELET_CLINUX_THREADS_H

/// Gives the calling thread a name of at most 15 characters, as `ps -T` shows it (PR_SET_NAME).
void CLinux_name_thread(const char *name);

#endif
