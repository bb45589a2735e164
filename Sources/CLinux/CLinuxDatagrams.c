#define _GNU_SOURCE
#include "CLinuxDatagrams.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

enum { BATCH = 64 };

int CLinux_ask_for_destination(int socket, int family) {
    int on = 1;
    return family == AF_INET6 ? setsockopt(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on)
                              : setsockopt(socket, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

int CLinux_receive_datagrams(int socket, struct CLinux_datagram *datagrams, int count, uint8_t *buffer, uint32_t size) {
    struct mmsghdr headers[BATCH];
    struct iovec parts[BATCH];
    if (count > BATCH) count = BATCH;
    for (int i = 0; i < count; i++) {
        struct CLinux_peer *peer = &datagrams[i].peer;
        parts[i] = (struct iovec){.iov_base = buffer + (size_t)i * size, .iov_len = size};
        headers[i].msg_hdr = (struct msghdr){
            .msg_name = &peer->address, .msg_namelen = sizeof peer->address, .msg_iov = &parts[i], .msg_iovlen = 1,
            .msg_control = peer->control, .msg_controllen = sizeof peer->control};
    }
    int received;
    do received = recvmmsg(socket, headers, (unsigned)count, MSG_WAITFORONE, NULL);
    while (received < 0 && errno == EINTR);
    for (int i = 0; i < received; i++) {
        struct msghdr *header = &headers[i].msg_hdr;
        datagrams[i].offset = (uint32_t)i * size;
        datagrams[i].length = headers[i].msg_len;
        datagrams[i].peer.address_length = header->msg_namelen;
        datagrams[i].peer.control_length = (uint32_t)header->msg_controllen;
        // Routing chooses the interface, but the source is the address that the client sent to.
        for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
            if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
                ((struct in_pktinfo *)CMSG_DATA(c))->ipi_ifindex = 0;
            if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
                struct in6_pktinfo *info = (struct in6_pktinfo *)CMSG_DATA(c);
                if (!IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr)) info->ipi6_ifindex = 0;
            }
        }
    }
    return received;
}

void CLinux_send_datagrams(int socket, const struct CLinux_datagram *datagrams, int count, const uint8_t *buffer) {
    struct mmsghdr headers[BATCH];
    struct iovec parts[BATCH];
    while (count > 0) {
        int round = count < BATCH ? count : BATCH;
        for (int i = 0; i < round; i++) {
            const struct CLinux_peer *peer = &datagrams[i].peer;
            parts[i] = (struct iovec){.iov_base = (void *)(buffer + datagrams[i].offset), .iov_len = datagrams[i].length};
            headers[i].msg_hdr = (struct msghdr){
                .msg_name = (void *)&peer->address, .msg_namelen = peer->address_length, .msg_iov = &parts[i],
                .msg_iovlen = 1, .msg_control = peer->control_length ? (void *)peer->control : NULL,
                .msg_controllen = peer->control_length};
        }
        for (int done = 0; done < round;) {
            int sent = sendmmsg(socket, headers + done, (unsigned)(round - done), MSG_NOSIGNAL);
            if (sent < 0 && errno == EINTR) continue;
            // One that cannot be sent (no route, too long, a full queue) does not hold up the others.
            done += sent > 0 ? sent : 1;
        }
        datagrams += round;
        count -= round;
    }
}
