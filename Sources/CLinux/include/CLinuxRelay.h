// System calls of the connection relay: GNU extensions and function-like macros, which Swift does not see, and calls
// frequent enough to deserve a function. Each returns its result, or an errno as a negative number.
#ifndef SERVICELET_CLINUX_RELAY_H
#define SERVICELET_CLINUX_RELAY_H

#include <linux/filter.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/// Accepts a connection as a non-blocking socket, and reports the peer's address. The new descriptor, or -errno.
int CLinux_accept(int listener, struct sockaddr_storage *peer);

/// Creates a non-blocking socket. The new descriptor, or -errno.
int CLinux_socket(int family, int type);

/// Connects a non-blocking socket: 0, -EINPROGRESS, or another -errno.
int CLinux_connect(int socket, const struct sockaddr_storage *address);

/// recv(2) without blocking: the number of bytes, 0 at the end, or -errno.
long CLinux_receive(int socket, void *buffer, unsigned long size);

/// send(2) without blocking and without SIGPIPE: the number of bytes, or -errno.
long CLinux_send(int socket, const void *buffer, unsigned long size);

/// Moves up to `size` bytes between a pipe and a socket without blocking (splice(2)): how many, 0 at the end, or -errno.
long CLinux_splice(int from, int to, unsigned long size);

/// Creates a non-blocking pipe of `size` bytes, or less where the limits do not allow it (F_SETPIPE_SZ). 0, or -errno.
int CLinux_pipe(int ends[2], int size);

/// Closes a TCP socket with a reset (SO_LINGER, 0).
void CLinux_reset(int socket);

/// Sets an integer option. 0, or -errno.
int CLinux_set_option(int socket, int level, int name, int value);

/// The pending error of a socket (SO_ERROR), as a positive number.
int CLinux_pending_error(int socket);

/// Makes the kernel drop what the socket receives unless the program accepts it (SO_ATTACH_FILTER); removes the filter
/// if there are no instructions. 0, or -errno.
int CLinux_attach_filter(int socket, const struct sock_filter *program, unsigned short count);

/// The address that a connection had before it was redirected (SO_ORIGINAL_DST). 0, or -errno; -ENOENT if connection
/// tracking does not know it.
int CLinux_original_destination(int socket, int family, struct sockaddr_storage *address);

/// The socket's own address. 0, or -errno.
int CLinux_own_address(int socket, struct sockaddr_storage *address);

enum { CLinux_MOST_DESCRIPTORS = 128 };

/// Sends bytes with up to CLinux_MOST_DESCRIPTORS descriptors (SCM_RIGHTS). The number of bytes, or -errno.
long CLinux_send_descriptors(int socket, const void *bytes, unsigned long size, const int *descriptors, int count);

/// Receives bytes and their descriptors, into room for CLinux_MOST_DESCRIPTORS. The number of bytes, or -errno.
long CLinux_receive_descriptors(int socket, void *bytes, unsigned long size, int *descriptors, int *count);

/// Creates a Unix socket, and binds or connects it to an abstract name, which belongs to the network namespace
/// (unix(7)). The descriptor, or -errno.
int CLinux_abstract_socket(const char *name, bool listens);

/// The user at the other end of a Unix socket (SO_PEERCRED). 0, or -errno.
int CLinux_peer_user(int socket, uint32_t *user);

#endif
