// What a relay of connections asks of the kernel: GNU extensions and function-like macros, which Swift does not see, and
// calls that are made often enough to be worth one function. Each returns its result, or an errno as a negative number.
#ifndef SERVICELET_CLINUX_RELAY_H
#define SERVICELET_CLINUX_RELAY_H

#include <linux/filter.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/// Accepts a connection that does not block, and tells whose it is. The new descriptor, or -errno.
int CLinux_accept(int listener, struct sockaddr_storage *peer);

/// Makes a socket that does not block. The new descriptor, or -errno.
int CLinux_socket(int family, int type);

/// Connects a socket that does not block: 0, -EINPROGRESS, or another -errno.
int CLinux_connect(int socket, const struct sockaddr_storage *address);

/// recv(2) without blocking: the number of bytes, 0 at the end, or -errno.
long CLinux_receive(int socket, void *buffer, unsigned long size);

/// send(2) without blocking and without SIGPIPE: the number of bytes, or -errno.
long CLinux_send(int socket, const void *buffer, unsigned long size);

/// Moves up to `size` bytes between a pipe and a socket without blocking (splice(2)): how many, 0 at the end, or -errno.
long CLinux_splice(int from, int to, unsigned long size);

/// Makes a pipe that does not block, for up to `size` bytes where the limits allow it (F_SETPIPE_SZ). 0, or -errno.
int CLinux_pipe(int ends[2], int size);

/// Closes a TCP socket with a reset (SO_LINGER, 0).
void CLinux_reset(int socket);

/// Sets an option that is a number. 0, or -errno.
int CLinux_set_option(int socket, int level, int name, int value);

/// The error that is pending on a socket (SO_ERROR), as a positive number.
int CLinux_pending_error(int socket);

/// Makes the kernel drop what comes to a socket unless the program says otherwise (SO_ATTACH_FILTER); with no instructions,
/// takes the filter away. 0, or -errno.
int CLinux_attach_filter(int socket, const struct sock_filter *program, unsigned short count);

/// The address that a connection had before it was redirected (SO_ORIGINAL_DST). 0, or -errno; -ENOENT where connection
/// tracking does not know it.
int CLinux_original_destination(int socket, int family, struct sockaddr_storage *address);

/// The address of the socket itself. 0, or -errno.
int CLinux_own_address(int socket, struct sockaddr_storage *address);

enum { CLinux_MOST_DESCRIPTORS = 128 };

/// Sends bytes, and up to CLinux_MOST_DESCRIPTORS descriptors with them (SCM_RIGHTS). How many bytes, or -errno.
long CLinux_send_descriptors(int socket, const void *bytes, unsigned long size, const int *descriptors, int count);

/// Receives bytes and the descriptors that came with them, into room for CLinux_MOST_DESCRIPTORS. How many bytes, or -errno.
long CLinux_receive_descriptors(int socket, void *bytes, unsigned long size, int *descriptors, int *count);

/// Makes a Unix socket with a name in the abstract namespace, which belongs to the network namespace (unix(7)), and binds it
/// to the name or connects it. The descriptor, or -errno.
int CLinux_abstract_socket(const char *name, bool listens);

/// The user at the other end of a Unix socket (SO_PEERCRED). 0, or -errno.
int CLinux_peer_user(int socket, uint32_t *user);

#endif
