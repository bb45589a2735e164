// Many datagrams in one call, with the address that each was sent to (recvmmsg(2), sendmmsg(2), ip(7), ipv6(7)): GNU
// extensions and function-like macros, which Swift does not see.
#ifndef SERVICELET_CLINUX_DATAGRAMS_H
#define SERVICELET_CLINUX_DATAGRAMS_H

#include <stdint.h>
#include <sys/socket.h>

/// Who sent a datagram, and which of our addresses it was sent to.
struct CLinux_peer {
    struct sockaddr_storage address;
    /// IP_PKTINFO and IPV6_PKTINFO, if the socket asks for it.
    /// An IPv4 packet that a socket of both families takes has both.
    uint8_t control[96];
    uint32_t address_length;
    uint32_t control_length;
};

/// A datagram of `length` bytes at `offset` of a buffer.
struct CLinux_datagram {
    struct CLinux_peer peer;
    uint32_t offset;
    uint32_t length;
};

/// Makes a socket report the destination address of each datagram. 0, or -1 and errno.
int CLinux_ask_for_destination(int socket, int family);

/// Waits for a datagram and receives up to `count` that have arrived: number i into `size` bytes at buffer[i * size];
/// longer ones are truncated. Returns how many there are; 0 once the socket has been shut down; -1 and errno.
int CLinux_receive_datagrams(int socket, struct CLinux_datagram *datagrams, int count, uint8_t *buffer, uint32_t size);

/// Sends each datagram to its peer, from the address that the peer sent to. Those that cannot be sent are skipped.
void CLinux_send_datagrams(int socket, const struct CLinux_datagram *datagrams, int count, const uint8_t *buffer);

#endif
