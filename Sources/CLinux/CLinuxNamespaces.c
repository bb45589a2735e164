#define _GNU_SOURCE
#include "CLinuxNamespaces.h"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int CLinux_unshare_network(void) { return unshare(CLONE_NEWNET); }

int CLinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0u); }

int CLinux_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

bool CLinux_exited(int status) { return WIFEXITED(status); }

int CLinux_exit_code(int status) { return WEXITSTATUS(status); }

int CLinux_termination_signal(int status) { return WTERMSIG(status); }
