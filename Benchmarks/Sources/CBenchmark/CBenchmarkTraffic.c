#define _GNU_SOURCE
#include "CBenchmarkTraffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST = 64, BULK = 128 << 10, EVENTS = 256 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct sockaddr_in address(uint16_t port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void watch(int epoll, int descriptor, uint32_t events, int operation) {
    struct epoll_event event = {.events = events, .data.fd = descriptor};
    epoll_ctl(epoll, operation, descriptor, &event);
}

static int start_connecting(uint16_t port) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    struct sockaddr_in target = address(port);
    if (connect(descriptor, (struct sockaddr *)&target, sizeof target) == 0 || errno == EINPROGRESS) return descriptor;
    close(descriptor);
    return -1;
}

// MARK: - The server

struct server {
    int listener;
    int epoll;
};

static void *serve(void *context) {
    struct server server = *(struct server *)context;
    free(context);
    char *bulk = calloc(1, BULK);
    struct epoll_event events[EVENTS];
    while (true) {
        int count = epoll_wait(server.epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int descriptor = events[i].data.fd;
            if (descriptor == server.listener) {
                int client;
                while ((client = accept4(server.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
                    int on = 1;
                    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                    watch(server.epoll, client, EPOLLIN, EPOLL_CTL_ADD);
                }
                continue;
            }
            if (events[i].events & EPOLLOUT) {
                if (send(descriptor, bulk, BULK, MSG_NOSIGNAL) < 0 && errno != EAGAIN) close(descriptor);
                continue;
            }
            char request[REQUEST];
            ssize_t size = recv(descriptor, request, sizeof request, 0);
            if (size <= 0) {
                if (size == 0 || errno != EAGAIN) close(descriptor);
            } else if (request[0] == 'b') {
                watch(server.epoll, descriptor, EPOLLOUT, EPOLL_CTL_MOD);
            } else if (send(descriptor, request, (size_t)size, MSG_NOSIGNAL) < 0) {
                close(descriptor);
            }
        }
    }
    return NULL;
}

int CBenchmark_serve(uint16_t port) {
    struct server *server = malloc(sizeof *server);
    if (server == NULL) return -1;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    int on = 1;
    setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in own = address(port);
    own.sin_addr.s_addr = htonl(INADDR_ANY);
    if (bind(server->listener, (struct sockaddr *)&own, sizeof own) < 0) return -1;
    if (listen(server->listener, 65535) < 0) return -1;
    watch(server->epoll, server->listener, EPOLLIN, EPOLL_CTL_ADD);
    pthread_t thread;
    errno = pthread_create(&thread, NULL, serve, server);
    if (errno != 0) return -1;
    pthread_detach(thread);
    return 0;
}

static void *echo(void *context) {
    int descriptor = (int)(intptr_t)context;
    unsigned char message[2048];
    while (true) {
        struct sockaddr_in peer;
        socklen_t length = sizeof peer;
        ssize_t size = recvfrom(descriptor, message, sizeof message, 0, (struct sockaddr *)&peer, &length);
        if (size < 3) continue;
        message[2] |= 0x80;
        sendto(descriptor, message, (size_t)size, MSG_NOSIGNAL, (struct sockaddr *)&peer, length);
    }
    return NULL;
}

int CBenchmark_echo(uint16_t port) {
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in own = address(port);
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&own, sizeof own) < 0) return -1;
    pthread_t thread;
    errno = pthread_create(&thread, NULL, echo, (void *)(intptr_t)descriptor);
    if (errno != 0) return -1;
    pthread_detach(thread);
    return 0;
}

// MARK: - The clients

static bool begin(int epoll, uint16_t port) {
    int descriptor = start_connecting(port);
    if (descriptor >= 0) watch(epoll, descriptor, EPOLLOUT, EPOLL_CTL_ADD);
    return descriptor >= 0;
}

struct CBenchmark_traffic CBenchmark_connect(uint16_t port, int clients, double seconds) {
    struct CBenchmark_traffic result = {0};
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    char request[REQUEST] = {'c'};
    struct epoll_event events[EVENTS];
    double start = now(), end = start + seconds;
    int open = 0;
    for (int i = 0; i < clients; i++) open += begin(epoll, port);
    while (open > 0) {
        int count = epoll_wait(epoll, events, EVENTS, 1000);
        bool goes_on = now() < end;
        if (count <= 0 && !goes_on) break;
        for (int i = 0; i < count; i++) {
            int descriptor = events[i].data.fd;
            if (events[i].events & (EPOLLERR | EPOLLHUP)) {
                result.failed++;
            } else if (events[i].events & EPOLLOUT) {
                send(descriptor, request, sizeof request, MSG_NOSIGNAL);
                watch(epoll, descriptor, EPOLLIN, EPOLL_CTL_MOD);
                continue;
            } else if (recv(descriptor, request, sizeof request, 0) == sizeof request) {
                result.done += goes_on;
                request[0] = 'c';
            } else {
                result.failed++;
            }
            close(descriptor);
            open--;
            if (goes_on) open += begin(epoll, port);
        }
    }
    result.seconds = now() - start;
    if (result.seconds > seconds) result.seconds = seconds;
    close(epoll);
    return result;
}

static int connect_and_send(uint16_t port, char kind) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in target = address(port);
    char request[REQUEST] = {kind};
    if (descriptor >= 0 && connect(descriptor, (struct sockaddr *)&target, sizeof target) == 0 &&
        send(descriptor, request, sizeof request, MSG_NOSIGNAL) == sizeof request)
        return descriptor;
    if (descriptor >= 0) close(descriptor);
    return -1;
}

struct CBenchmark_traffic CBenchmark_receive(uint16_t port, int clients, double seconds) {
    struct CBenchmark_traffic result = {0};
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    char *buffer = malloc(BULK);
    int *descriptors = calloc((size_t)clients, sizeof(int));
    for (int i = 0; i < clients; i++) {
        descriptors[i] = connect_and_send(port, 'b');
        if (descriptors[i] >= 0) watch(epoll, descriptors[i], EPOLLIN, EPOLL_CTL_ADD);
        else result.failed++;
    }
    struct epoll_event events[EVENTS];
    double start = now(), end = start + seconds;
    while (now() < end) {
        int count = epoll_wait(epoll, events, EVENTS, 100);
        for (int i = 0; i < count; i++) {
            // The bytes are irrelevant, and copying them would distort the measurement.
            ssize_t size = recv(events[i].data.fd, buffer, BULK, MSG_TRUNC);
            if (size > 0) result.done += (uint64_t)size;
            else if (size == 0 || errno != EAGAIN) {
                result.failed++;
                watch(epoll, events[i].data.fd, 0, EPOLL_CTL_DEL);
            }
        }
    }
    result.seconds = now() - start;
    for (int i = 0; i < clients; i++)
        if (descriptors[i] >= 0) close(descriptors[i]);
    free(descriptors);
    free(buffer);
    close(epoll);
    return result;
}

int CBenchmark_hold(uint16_t port, int clients) {
    int open = 0;
    for (int i = 0; i < clients; i++) {
        char answer[REQUEST];
        int descriptor = connect_and_send(port, 'c');
        if (descriptor >= 0 && recv(descriptor, answer, sizeof answer, MSG_WAITALL) == sizeof answer) open++;
    }
    return open;
}
