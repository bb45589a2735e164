// What Swift cannot express about netlink sockets.
#ifndef SERVICELET_CLINUX_NETLINK_H
#define SERVICELET_CLINUX_NETLINK_H

#include <stdint.h>

/// Attaches a filter to a netlink socket that drops messages whose nlmsg_pid is `port`. 0, or -1 and errno.
/// The instructions of a classic BPF program are function-like macros (linux/filter.h).
int CLinux_ignore_netlink_port(int socket, uint32_t port);

#endif
