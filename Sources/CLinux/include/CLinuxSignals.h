// Signal handlers. Not in Swift: code in a signal handler may call next to nothing.
#ifndef SERVICELET_CLINUX_SIGNALS_H
#define SERVICELET_CLINUX_SIGNALS_H

/// Makes SIGTERM and SIGINT add 1 to `eventfd` (eventfd(2)). 0, or -1 and errno. One descriptor at a time in a process.
int CLinux_catch_termination(int eventfd);

/// Restores the default action of SIGTERM and SIGINT.
void CLinux_release_termination(void);

#endif
