// Linux calls that a lab of network namespaces needs and Swift's Glibc module does not export.
#ifndef SERVICELET_CLINUX_NAMESPACES_H
#define SERVICELET_CLINUX_NAMESPACES_H

#include <spawn.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/types.h>

// unshare(CLONE_NEWNET): moves the calling thread, and only it, into a new network namespace. 0, or -1 and errno.
int CLinux_unshare_network(void);

// pidfd_open(2), with no flags: a descriptor that becomes readable when the child ends. -1 and errno on failure.
int CLinux_pidfd_open(pid_t pid);

// posix_spawn_file_actions_addclosefrom_np(3): closes descriptors from `first` up in the child. 0, or an errno.
int CLinux_close_from(posix_spawn_file_actions_t *actions, int first);

// The macros of wait(2) on a status from waitpid.
bool CLinux_exited(int status);
int CLinux_exit_code(int status);
int CLinux_termination_signal(int status);

#endif
