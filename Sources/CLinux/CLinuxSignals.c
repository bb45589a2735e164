#include "CLinuxSignals.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

static volatile sig_atomic_t termination_eventfd = -1;

void CLinux_release_termination(void) {
  signal(SIGTERM, SIG_DFL);
  signal(SIGINT, SIG_DFL);
}

// Calls only what signal-safety(7) allows.
static void on_termination(int number) {
  (void)number;
  int saved = errno;
  uint64_t one = 1;
  ssize_t written = write(termination_eventfd, &one, sizeof one);
  (void)written;
  errno = saved;
}

int CLinux_catch_termination(int eventfd) {
  termination_eventfd = eventfd;
  struct sigaction action = {.sa_handler = on_termination, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGTERM);
  sigaddset(&action.sa_mask, SIGINT);
  if (sigaction(SIGTERM, &action, NULL) != 0) return -1;
  return sigaction(SIGINT, &action, NULL);
}
