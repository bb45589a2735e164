#define _GNU_SOURCE
#include "CBenchmark.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int CBenchmark_enter_namespace(void) {
  if (unshare(CLONE_NEWNET) < 0) return -1;
  int socket_ = socket(AF_INET, SOCK_DGRAM, 0);
  if (socket_ < 0) return -1;
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  int result = ioctl(socket_, SIOCSIFFLAGS, &request);
  int failure = errno;
  close(socket_);
  errno = failure;
  return result;
}

int CBenchmark_stay_on_processor(int processor) {
  cpu_set_t processors;
  CPU_ZERO(&processors);
  CPU_SET(processor, &processors);
  return sched_setaffinity(0, sizeof processors, &processors);
}

pid_t CBenchmark_start(const char *path, char *const arguments[], int errors) {
  pid_t process = fork();
  if (process != 0) return process;
  // Only calls that are safe after forking a multithreaded process.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && dup2(errors, STDERR_FILENO) >= 0 &&
      close_range(STDERR_FILENO + 1, ~0u, 0) == 0)
    execv(path, arguments);
  static const char message[] = "the program cannot be started\n";
  (void)!write(STDERR_FILENO, message, sizeof message - 1);
  _exit(127);
}

int CBenchmark_wait(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
