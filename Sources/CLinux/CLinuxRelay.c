#define _GNU_SOURCE
// libc first: see CLinux.h
#include <netinet/in.h>

#include "CLinuxRelay.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define RESULT(call) ({ long result = (call); result < 0 ? -errno : result; })

int CLinux_accept(int listener, struct sockaddr_storage *peer) {
    socklen_t length = sizeof *peer;
    return (int)RESULT(accept4(listener, (struct sockaddr *)peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

int CLinux_socket(int family, int type) { return (int)RESULT(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); }

int CLinux_connect(int socket, const struct sockaddr_storage *address) {
    socklen_t length = address->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    return (int)RESULT(connect(socket, (const struct sockaddr *)address, length));
}

long CLinux_receive(int socket, void *buffer, unsigned long size) {
    return RESULT(recv(socket, buffer, size, MSG_DONTWAIT));
}

long CLinux_send(int socket, const void *buffer, unsigned long size) {
    return RESULT(send(socket, buffer, size, MSG_DONTWAIT | MSG_NOSIGNAL));
}

long CLinux_splice(int from, int to, unsigned long size) {
    return RESULT(splice(from, NULL, to, NULL, size, SPLICE_F_MOVE | SPLICE_F_NONBLOCK));
}

int CLinux_pipe(int ends[2], int size) {
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0) return -errno;
    // A smaller pipe also works.
    (void)fcntl(ends[0], F_SETPIPE_SZ, size);
    return 0;
}

void CLinux_reset(int socket) {
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(socket, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    (void)close(socket);
}

int CLinux_set_option(int socket, int level, int name, int value) {
    return (int)RESULT(setsockopt(socket, level, name, &value, sizeof value));
}

int CLinux_pending_error(int socket) {
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ? errno : error;
}

int CLinux_attach_filter(int socket, const struct sock_filter *program, unsigned short count) {
    if (count == 0) {
        int nothing = 0;
        long result = RESULT(setsockopt(socket, SOL_SOCKET, SO_DETACH_FILTER, &nothing, sizeof nothing));
        return result == -ENOENT ? 0 : (int)result;
    }
    struct sock_fprog filter = {.len = count, .filter = (struct sock_filter *)program};
    return (int)RESULT(setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
}

int CLinux_original_destination(int socket, int family, struct sockaddr_storage *address) {
    bool is_ipv4 = family == AF_INET;
    socklen_t length = is_ipv4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    return (int)RESULT(getsockopt(
        socket, is_ipv4 ? IPPROTO_IP : IPPROTO_IPV6, is_ipv4 ? SO_ORIGINAL_DST : IP6T_SO_ORIGINAL_DST, address, &length));
}

int CLinux_own_address(int socket, struct sockaddr_storage *address) {
    socklen_t length = sizeof *address;
    return (int)RESULT(getsockname(socket, (struct sockaddr *)address, &length));
}

union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(CLinux_MOST_DESCRIPTORS * sizeof(int))];
};

long CLinux_send_descriptors(int socket, const void *bytes, unsigned long size, const int *descriptors, int count) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
    union control control = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > CLinux_MOST_DESCRIPTORS) return -EINVAL;
    if (count > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
        memcpy(CMSG_DATA(header), descriptors, (size_t)count * sizeof(int));
    }
    long result;
    do result = RESULT(sendmsg(socket, &message, MSG_NOSIGNAL));
    while (result == -EINTR);
    return result;
}

long CLinux_receive_descriptors(int socket, void *bytes, unsigned long size, int *descriptors, int *count) {
    struct iovec part = {.iov_base = bytes, .iov_len = size};
    union control control;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    long result;
    do result = RESULT(recvmsg(socket, &message, MSG_CMSG_CLOEXEC));
    while (result == -EINTR);
    *count = 0;
    if (result < 0) return result;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        int here = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(descriptors, CMSG_DATA(header), (size_t)here * sizeof(int));
        *count = here;
    }
    return result;
}

int CLinux_abstract_socket(const char *name, bool listens) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    if (length > sizeof address.sun_path - 1) return -ENAMETOOLONG;
    memcpy(address.sun_path + 1, name, length);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
    int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int failed = listens ? bind(descriptor, (struct sockaddr *)&address, size) < 0 || listen(descriptor, 4) < 0
                         : connect(descriptor, (struct sockaddr *)&address, size) < 0;
    if (!failed) return descriptor;
    int error = errno;
    close(descriptor);
    return -error;
}

int CLinux_peer_user(int socket, uint32_t *user) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -errno;
    *user = credentials.uid;
    return 0;
}
