// Traffic for measuring proxies on the loopback interface: a server, and clients that connect or receive as fast as they can.
#ifndef SERVICELET_CBENCHMARK_TRAFFIC_H
#define SERVICELET_CBENCHMARK_TRAFFIC_H

#include <stdint.h>

/// Serves on all addresses, on a thread that never ends: answers a request of 64 bytes with 64 bytes, or, if it begins with 'b',
/// with endless bytes. 0, or -1 and errno.
int CBenchmark_serve(uint16_t port);

/// Echoes datagrams to a port of 127.0.0.1 with the third byte's highest bit set, which turns a DNS query into an
/// answer; on a thread that never ends. 0, or -1 and errno.
int CBenchmark_echo(uint16_t port);

struct CBenchmark_traffic {
    /// Connections that were answered, or bytes that were received.
    uint64_t done;
    uint64_t failed;
    double seconds;
};

/// For this many seconds, `clients` at a time connect to 127.0.0.1, send a request, read the answer and close.
struct CBenchmark_traffic CBenchmark_connect(uint16_t port, int clients, double seconds);

/// For this many seconds, `clients` receive as fast as they can.
struct CBenchmark_traffic CBenchmark_receive(uint16_t port, int clients, double seconds);

/// Opens this many connections, has each answered once, and keeps them open until the process ends.
/// Returns their number.
int CBenchmark_hold(uint16_t port, int clients);

#endif
