// Kernel uapi headers for the benchmark, and functions that Swift's Glibc module does not export.
#ifndef SERVICELET_CBENCHMARK_H
#define SERVICELET_CBENCHMARK_H

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>

#include "CBenchmarkTraffic.h"

// Moves the calling thread, and everything it starts later, into a new network namespace whose loopback is up.
// 0, or -1 and errno.
int CBenchmark_enter_namespace(void);

// Keeps the calling thread on one processor. 0, or -1 and errno.
int CBenchmark_stay_on_processor(int processor);

// Starts a program with `errors` as its standard error and no other descriptors of ours. It is killed when the calling
// thread ends for any reason. The process id, or -1 and errno.
pid_t CBenchmark_start(const char *path, char *const arguments[], int errors);

// Waits for the process to end. Its exit status, or minus the signal that killed it.
int CBenchmark_wait(pid_t process);

#endif
